import { reasonCodes, reasonsFrom } from '@fermata/verdict'

/** What can go wrong between the machine that runs us and the use case. */
export const runnerCodes = reasonCodes({
  'FM-RUNNER-CONFIGURATION': {
    severity: 'error',
    means: 'An input, a flag or a file of the repository cannot be used as it is. Nothing was done.',
    remedy: 'Correct what the message names; all problems of one run are reported together.',
  },
  'FM-RUNNER-OUTPUT-TOO-LARGE': {
    severity: 'error',
    means: 'GitHub takes at most 1 MB of outputs, counted in UTF-16. A larger output would be lost without a word, so it was not set.',
    remedy: 'Read the value from report.json, or narrow the run to fewer services.',
  },
  'FM-RUNNER-PROGRAM': {
    severity: 'inconclusive',
    means: 'A program that is needed could not be started.',
    remedy: 'Install it, or add its folder to PATH.',
  },
  'FM-RUNNER-FILE': {
    severity: 'inconclusive',
    means: 'The file system refused to read or write a file.',
    remedy: 'Check owner and permissions of the path, and that the disk is not full.',
  },
  'FM-RUNNER-EVENT': {
    severity: 'inconclusive',
    means: 'The file that GITHUB_EVENT_PATH names is not an event: no JSON, or larger than GitHub would send.',
    remedy: 'Run the action from a workflow, and let no earlier step write to that file.',
  },
  'FM-RUNNER-REPORT': {
    severity: 'inconclusive',
    means: 'The files of the report could not be written.',
    remedy: 'Give a `report-dir` inside the working directory that this user may write to.',
  },
  'FM-RUNNER-CANCELLED': {
    severity: 'inconclusive',
    means: 'The run was asked to stop before it had an answer.',
    remedy: 'Run it again. What the run had begun is undone by its post step, or by the next run.',
  },
  'FM-RUNNER-BUG': {
    severity: 'inconclusive',
    means: 'Fermata itself failed in a way that nobody foresaw.',
    remedy: 'Please report it with the message above; run with debug logging to see the stack.',
  },
})

export const runnerReason = reasonsFrom(runnerCodes)
