import { createHash } from 'node:crypto'
import { at, type KubeObject, mapAt, textAt } from '@fermata/ports'
import { because } from '../codes.ts'
import type { Patient, Remedy } from './model.ts'
import { reconciledBy, refOf } from './patch.ts'
import { restartedAt } from './restart.ts'

const revisionOf = (object: KubeObject) => Number(textAt(object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') ?? Number.NaN)
const hashOf = (set: KubeObject) => textAt(set, 'metadata', 'labels', 'pod-template-hash')
const bornAt = (object: KubeObject) => Date.parse(object.metadata.creationTimestamp ?? '')

/** A version that was replaced sooner than that was perhaps replaced because it failed. */
const provenAfterMs = 5 * 60_000

/**
 * The version before, where the present one is likely the cause: it began to go out shortly before the alert, and the one
 * before has served for a while. Never back to what was rolled back from.
 */
export const rollback: Remedy = {
  rung: 'rollback',
  plan({ service, workload, revisions, since, rollbackWindow, visited }: Patient) {
    const name = `${workload.kind} ${workload.metadata.name}`
    if (workload.kind !== 'Deployment') return because('FM-HEAL-NO-FORMER', { says: `${name} is rolled back by a release only: what its former versions were is not looked at.`, service })
    const known = revisions.filter((set) => !Number.isNaN(revisionOf(set)) && hashOf(set) !== undefined).toSorted((a, b) => revisionOf(b) - revisionOf(a))
    const newest = known.find((set) => revisionOf(set) === revisionOf(workload))
    const former = newest && known.find((set) => revisionOf(set) < revisionOf(newest) && versionOf(set) !== versionOf(newest))
    if (newest === undefined || former === undefined) return because('FM-HEAL-NO-FORMER', { says: `${name} has no version before the present one.`, service })
    const [from, to] = [versionOf(newest), versionOf(former)]
    if (visited.has(to)) return because('FM-HEAL-CIRCLE', { says: `${name} was rolled back from revision ${revisionOf(former)} before.`, service })
    const began = Math.min(...known.filter((set) => versionOf(set) === from).map(bornAt))
    if (!(since >= began && since - began <= rollbackWindow)) return because('FM-HEAL-NO-ROLLOUT', { says: `The present version of ${name} began to go out ${since < began ? 'after the alert' : `${Math.round((since - began) / 60_000)} minutes before the alert`}.`, service })
    if (!(began - bornAt(former) >= provenAfterMs)) return because('FM-HEAL-NO-FORMER', { says: `The version of ${name} before served for less than ${provenAfterMs / 60_000} minutes.`, service })
    const owner = reconciledBy(workload)
    if (owner !== undefined) return because('FM-HEAL-GITOPS', { says: `${owner} would take the rollback of ${name} back.`, service })
    return {
      rung: 'rollback',
      says: `Roll ${name} back from revision ${revisionOf(newest)} to ${revisionOf(former)}${imagesText(newest, former)}.`,
      object: refOf(workload),
      patch: { kind: 'json', body: [{ op: 'replace', path: '/metadata/resourceVersion', value: workload.metadata.resourceVersion }, { op: 'replace', path: '/spec/template', value: templateOf(former) }] },
      undo: undefined,
      from,
      to,
    }
  },
}

/** The name of a version: its pods, whenever they were restarted. A restart makes a new ReplicaSet of the same version. */
function versionOf(set: KubeObject): string {
  const { [restartedAt]: _restarted, ...annotations } = mapAt(set, 'spec', 'template', 'metadata', 'annotations')
  const template = templateOf(set)
  return createHash('sha256').update(JSON.stringify({ ...template, metadata: { ...mapAt(template, 'metadata'), annotations } })).digest('hex').slice(0, 12)
}

/** As the Deployment had it: the controller adds the hash to what it makes. */
function templateOf(set: KubeObject): Readonly<Record<string, unknown>> {
  const template = mapAt(set, 'spec', 'template')
  const { 'pod-template-hash': _hash, ...labels } = mapAt(template, 'metadata', 'labels')
  return { ...template, metadata: { ...mapAt(template, 'metadata'), labels } }
}

function imagesText(present: KubeObject, former: KubeObject): string {
  const images = (set: KubeObject) => {
    const containers = at(set, 'spec', 'template', 'spec', 'containers')
    return Array.isArray(containers) ? containers.map((container) => textAt(container, 'image') ?? '') : []
  }
  const after = images(present)
  const changed = images(former).flatMap((image, index) => (image === after[index] ? [] : [image]))
  return changed.length === 0 ? '' : `, to ${changed.join(', ')}`
}
