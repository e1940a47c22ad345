import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { setStage } from './testing/stage.ts'

const base = join(import.meta.dirname, '../../../../shared/inputs/online-boutique/kustomize/base')
const given = existsSync(base)

/** Needs the manifests of a public shop in ../shared/inputs; without them there is nothing to release. */
const withInputs = given ? test : test.skip

withInputs('a public shop of eleven services goes out by its own manifests, and again without a change', async () => {
  const stage = await setStage()
  try {
    stage.story.image(/busybox/, { does: 'complete' })
    const names = readdirSync(base).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    for (const name of names) stage.files.set(`base/${name}`, readFileSync(join(base, name), 'utf8'))
    const needs: Readonly<Record<string, string>> = { frontend: 'cartservice, checkoutservice', checkoutservice: 'cartservice, paymentservice', loadgenerator: 'frontend' }
    const services = names.map((name) => name.replace('.yaml', ''))
    stage.files.set('fermata.yaml', `version: 1\ndefaults: {soak: 1s}\nservices:\n${services.map((id) => `  ${id}: {manifests: [base/${id}.yaml], dependencies: [${needs[id] ?? ''}]}`).join('\n')}\n`)
    const report = await stage.run({ mode: 'apply' })
    expect(report.reasons.filter(({ severity }) => severity === 'error')).toEqual([])
    expect((JSON.parse(report.outputs['deployed'] ?? '[]') as readonly string[]).toSorted()).toEqual(services.toSorted())
    const again = await stage.run({ mode: 'apply' })
    expect(JSON.parse(again.outputs['deployed'] ?? 'null')).toEqual([])
    const undone = await stage.run({ mode: 'rollback', release: report.outputs['release'] ?? '' })
    expect(undone.verdict).toBe('pass')
    expect((await stage.kube.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace: 'shop' })).items).toEqual([])
    expect(stage.cluster.unknown).toBe(0)
  } finally {
    await stage.close()
  }
}, 60_000)
