import { afterEach, describe, expect, test } from '@jest/globals'
import { deployCart, experimentText, setStage, type Stage } from './testing/stage.ts'

let stage: Stage
afterEach(() => stage.close())
const codes = (report: { readonly reasons: readonly { readonly code: string }[] }) => report.reasons.map(({ code }) => code)

describe('a pod is killed', () => {
  test('and another one answers: users notice nothing', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', experimentText('{kind: pod-kill}'))
    const report = await stage.run({})
    expect([report.verdict, codes(report), report.summary]).toEqual(['pass', [], expect.stringContaining('0 of')])
    expect(report.outputs).toMatchObject({ 'recovery-seconds': '0', 'failed-rate': '0', effect: 'proven', rollback: 'proven', journal: 'fermata-report/chaos-journal.json' })
  })
})
