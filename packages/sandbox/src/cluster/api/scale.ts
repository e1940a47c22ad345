import type { KubeObject } from '@fermata/ports'
import type { Core } from '../core.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { jsonPatch } from '../merge/json-patch.ts'
import { mergePatch } from '../merge/merge-patch.ts'
import type { LabelSelector } from '../objects/types.ts'
import { decode } from '../schema/decode.ts'
import { isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { existing, replaceWith } from '../verbs/update.ts'
import type { Writer } from '../verbs/writer.ts'
import { patchDocument, wholeObject } from './body.ts'
import type { Asked } from './dispatch.ts'
import { badRequest, invalid, notImplemented } from './status.ts'

/** autoscaling/v1 Scale of a workload. */
export function readScale(core: Core, kind: ResourceKind, namespace: string | undefined, name: string): JsonObject {
  return scaleOf(existing(core, kind, namespace, name))
}

function scaleOf(object: KubeObject): JsonObject {
  const spec = isObject(object['spec']) ? object['spec'] : {}
  const status = isObject(object['status']) ? object['status'] : {}
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec['replicas'] === 0 || spec['replicas'] === undefined ? {} : { replicas: spec['replicas'] }, status: { replicas: status['replicas'] ?? 0, selector: selectorText(spec['selector'] as LabelSelector | undefined) },
  }
}

/** A selector as one line: `app=cart,tier in (web)`. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In': return `${key} in (${[...values].sort().join(',')})`
      case 'NotIn': return `${key} notin (${[...values].sort().join(',')})`
      case 'Exists': return key
      default: return `!${key}`
    }
  })
  return [...labels, ...expressions].sort().join(',')
}

export function writeScale(core: Core, asked: Asked, name: string, writer: Writer): JsonObject {
  const { kind, namespace, verb } = asked.route
  const before = existing(core, kind, namespace, name)
  const wanted = verb === 'update' ? wholeObject(asked.body, 'Scale') : patched(scaleOf(before), asked)
  if (!isObject(wanted)) throw badRequest('a Scale is an object')
  const { value } = decode(core.kinds.types, 'autoscaling.v1.Scale', wanted)
  const replicas = isObject(value['spec']) && typeof value['spec']['replicas'] === 'number' ? value['spec']['replicas'] : 0
  if (replicas < 0) throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [{ reason: 'FieldValueInvalid', message: `Invalid value: ${replicas}: must be greater than or equal to 0`, field: 'spec.replicas' }])
  const resourceVersion = isObject(value['metadata']) && typeof value['metadata']['resourceVersion'] === 'string' && verb === 'update' ? value['metadata']['resourceVersion'] : undefined
  const { resourceVersion: _, ...metadata } = before.metadata
  const object: KubeObject = { ...before, metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) }, spec: { ...(before['spec'] as JsonObject), replicas } }
  return scaleOf(replaceWith(core, kind, before, object, writer, 'scale'))
}

function patched(scale: JsonObject, asked: Asked): unknown {
  switch (asked.contentType) {
    case 'application/merge-patch+json': case 'application/strategic-merge-patch+json': return mergePatch(scale, patchDocument(asked.body, asked.contentType))
    case 'application/json-patch+json': return jsonPatch(scale, patchDocument(asked.body, asked.contentType))
    default: throw notImplemented(`${asked.contentType} of a scale`)
  }
}

