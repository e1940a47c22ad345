import Sequencer from '@jest/test-sequencer'
import { readFileSync } from 'node:fs'

/**
 * The order of suites on a machine that has not run them before, such as every CI runner. Jest orders by size then, and a long suite
 * that comes last keeps one processor busy and the others idle. So the long ones begin, and in turn: one that mostly waits for the
 * processes that it starts, and one that computes.
 */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const usual = super.sort(tests)
    if (usual.some(({ duration }) => duration !== undefined)) return usual
    const { waits = [], computes = [], short = [] } = Object.groupBy(usual, ({ path }) => kindOf(path))
    const inTurn = Array.from({ length: Math.max(waits.length, computes.length) }, (_, index) => [waits[index], computes[index]])
    return [...inTurn.flat().filter((test) => test !== undefined), ...short]
  }
}

/** A suite that needs long asks for more time than usual. */
function kindOf(path) {
  if (/[\\/]test[\\/]e2e[\\/]/.test(path)) return 'waits'
  return /(?:setTimeout\(|\}, )(?:[6-9]\d|\d{3})_000\)/.test(readFileSync(path, 'utf8')) ? 'computes' : 'short'
}
