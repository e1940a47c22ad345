import { terminalText } from '@fermata/report'
import { buildReport, type State } from '@fermata/verdict'
import { leave } from '../leave.ts'
import { runCommand } from '../terminal.ts'
import { fakeConnect, fakeGate } from './fake-action.ts'

/** A command with fifteen services in four waves, one of which fails. With the argument `wait` it then waits for a signal. */
const result = await runCommand(
  fakeGate,
  async (_, { log, clock, signal }) => {
    const tell = (index: number, phase: string, state: State) => log.progress({ at: clock.now(), subject: `service-${index}`, wave: Math.floor(index / 4) + 1, phase, state, says: 'a sentence that is too long for a narrow terminal, and is cut there' })
    for (let index = 0; index < 15; index++) {
      tell(index, 'applying', 'running')
      await clock.sleep(20, signal)
    }
    log.warning('a message in between')
    for (let index = 0; index < 15; index++) {
      tell(index, index === 6 ? 'failed' : 'ready', index === 6 ? 'bad' : 'good')
      await clock.sleep(20, signal)
    }
    if (process.argv[2] === 'wait') {
      log.info('waiting')
      await clock.sleep(60_000, signal)
    }
    return buildReport({ capability: 'fake-gate', summary: 'service-6 failed.', startedAt: 0, endedAt: 1_000, reasons: [{ code: 'FM-FAKE', severity: 'error', message: 'It did not start.' }], onInconclusive: 'fail' })
  },
  fakeConnect,
  () => undefined,
  { progress: 'auto', debug: false },
)
process.stdout.write(terminalText(result.ending.report, { colour: true, link: result.paths.html }))
await leave(result.exitCode)
