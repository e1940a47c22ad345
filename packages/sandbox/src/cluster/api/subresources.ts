import type { Core } from '../core.ts'
import type { Writer } from '../verbs/writer.ts'
import { json } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Asked } from './dispatch.ts'
import { notImplemented } from './status.ts'
import { readScale, writeScale } from './scale.ts'

/** Answers what lies below an object: `deployments/cart/scale`. */
export type Subresources = (asked: Asked, name: string, writer: Writer) => Answer

export interface PodLogs { (namespace: string, name: string, query: URLSearchParams): string }

export function createSubresources(core: Core): Subresources {
  return (asked, name, writer) => {
    const { kind, verb, subresource, namespace } = asked.route
    if (kind.scale && subresource === 'scale') {
      if (verb === 'get') return json(readScale(core, kind, namespace, name))
      if (verb === 'update' || verb === 'patch') return json(writeScale(core, asked, name, writer))
    }
    throw notImplemented(`${verb} ${kind.resource}/${subresource}`)
  }
}
