import { notImplemented } from '../api/status.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'

/** The stand-in does not judge pods by the Pod Security Standards: a namespace that wants them judged is refused, instead of letting all of them in. */
export function refusePodSecurity(kind: ResourceKind, object: JsonObject): void {
  if (kind.type !== 'core.v1.Namespace' || !isObject(object['metadata']) || !isObject(object['metadata']['labels'])) return
  for (const mode of ['enforce', 'warn']) {
    const level = object['metadata']['labels'][`pod-security.kubernetes.io/${mode}`]
    if (level !== undefined && level !== 'privileged') throw notImplemented(`Pod Security admission (the label pod-security.kubernetes.io/${mode}: ${String(level)})`)
  }
}
