import type { KubeObject } from '@fermata/ports'
import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import { customKindsOf } from '../kinds/definition.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import { update, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'

const collection = 'customresourcedefinitions.apiextensions.k8s.io'
const cleanup = 'customresourcecleanup.apiextensions.k8s.io'

/** Serves the kinds of custom resource definitions, and removes their objects with them. */
export function customResourceController(core: Core): Controller {
  return {
    name: 'customresourcedefinition-controller',
    keys(change) {
      if (change.collection !== collection) return []
      if (change.type === 'DELETED') for (const custom of customKindsOf(change.object)) core.kinds.remove(`${custom.kind.group}/${custom.kind.version}`, custom.kind.kind)
      return change.type === 'DELETED' ? [] : [change.object.metadata.name]
    },
    sync(name) {
      const definition = core.store.get(collection, name)
      if (definition === undefined) return undefined
      if (definition.metadata.deletionTimestamp !== undefined) { empty(core, definition); return undefined }
      for (const custom of customKindsOf(definition)) core.kinds.add(custom)
      establish(core, definition)
      return undefined
    },
  }
}

function establish(core: Core, definition: KubeObject): void {
  const finalizers = isArray(definition.metadata['finalizers']) ? definition.metadata['finalizers'] : []
  const status = isObject(definition['status']) ? definition['status'] : {}
  const spec = isObject(definition['spec']) ? definition['spec'] : {}
  if (isArray(status['conditions']) && status['conditions'].length > 0) return
  const condition = (type: string, reason: string, message: string): object => ({ type, status: 'True', reason, message, lastTransitionTime: timestamp(core.clock.now()) })
  const established = updateStatus(core, definition, { ...status, acceptedNames: spec['names'], conditions: [condition('NamesAccepted', 'NoConflicts', 'no conflicts found'), condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted')] })
  if (!finalizers.includes(cleanup)) update(core, established, { ...established, metadata: { ...established.metadata, finalizers: [...finalizers, cleanup] } })
}

/** A definition goes after its objects. */
function empty(core: Core, definition: KubeObject): void {
  for (const object of core.store.list(definition.metadata.name)) core.store.remove(definition.metadata.name, object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`)
  const finalizers = isArray(definition.metadata['finalizers']) ? definition.metadata['finalizers'] : []
  update(core, definition, { ...definition, metadata: { ...definition.metadata, finalizers: finalizers.filter((finalizer) => finalizer !== cleanup) } })
}
