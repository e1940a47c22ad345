import type { Core } from '../core.ts'
import type { Kubelet } from '../pods/kubelet.ts'
import type { Story } from '../pods/story.ts'
import type { Writer } from '../verbs/writer.ts'
import { json, text } from './answer.ts'
import type { Answer } from './answer.ts'
import { deleteOptions } from './body.ts'
import type { Asked } from './dispatch.ts'
import { evict } from './eviction.ts'
import { podLog } from './pod-log.ts'
import { readScale, writeScale } from './scale.ts'
import { methodNotAllowed, notImplemented, pageNotFound } from './status.ts'

/** Answers what lies below an object: `deployments/cart/scale`. */
export type Subresources = (asked: Asked, name: string, writer: Writer) => Answer

export function createSubresources(core: Core, story: Story, kubelet: Kubelet): Subresources {
  return (asked, name, writer) => {
    const { kind, verb, subresource, namespace } = asked.route
    if (kind.scale && subresource === 'scale') {
      if (verb === 'get') return json(readScale(core, kind, namespace, name))
      if (verb === 'update' || verb === 'patch') return json(writeScale(core, asked, name, writer))
    }
    if (kind.type === 'core.v1.Pod' && namespace !== undefined) {
      if (subresource === 'log' && verb !== 'get') throw methodNotAllowed()
      if (subresource === 'eviction' && verb !== 'create') throw methodNotAllowed()
      if (subresource === 'log') {
        const log = podLog(core, story, kubelet, namespace, name, asked.query)
        return log === undefined ? text('', 204) : text(log)
      }
      if (subresource === 'eviction') return json(evict(core, namespace, name, deleteOptions(asked.body), writer), 201)
    }
    if (subresource === 'scale' && !kind.scale) throw pageNotFound()
    throw notImplemented(`${verb} ${kind.resource}/${subresource}`)
  }
}
