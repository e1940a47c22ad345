import { readRequest } from '@fermata/capability'
import { createPolicyEngine } from '@fermata/opa'
import type { Log } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { policyScan } from '../request.ts'
import { scan } from '../scan.ts'
import { filesOf } from './folder.ts'

const policyEngine = createPolicyEngine(new AbortController().signal)
const silent: Log = { debug: () => undefined, info: () => undefined, warning: () => undefined, progress: () => undefined }

/** The day on which all scans of tests happen. */
export const today = Date.parse('2026-11-21T12:00:00Z')

/** A scan of texts by path, with inputs as users write them. Default: `files` is k8s. */
export function scanned(texts: Readonly<Record<string, string | Uint8Array>>, inputs: Readonly<Record<string, string>> = {}): Promise<Report> {
  return scan(readRequest(policyScan, (name) => ({ files: 'k8s', ...inputs })[name]), {
    files: filesOf(texts),
    policyEngine,
    clock: { now: () => today, sleep: async () => undefined },
    log: silent,
    invocation: { trigger: { event: 'local', payload: undefined, sha: undefined, ref: undefined }, repository: undefined, workflow: undefined, runId: 'test', runAttempt: 1, actor: undefined, runUrl: undefined, temporary: '/nowhere' },
  })
}
