import { choice, path, secret, text } from './input.ts'

/** Inputs that every capability has. */
export const commonInputs = {
  config: text({ about: 'The catalog of services. Default: fermata.yaml, then deployment-config.yaml.', example: 'fermata.yaml' }),
  'working-directory': path({ default: '.', about: 'Folder that every other path is relative to. Nothing outside of it is read or written.' }),
  'github-token': secret({ about: 'Token for the GitHub API. Without one, only what needs no API works.', example: '${{ github.token }}' }),
  'on-inconclusive': choice(['fail', 'warn', 'pass'], { default: 'fail', about: 'What follows when the evidence does not suffice for a verdict.' }),
  'report-dir': path({ default: 'fermata-report', about: 'Folder for report.json, report.html and the other files of the report.' }),
}

/** Outputs that every capability sets, also on failure, and before failing. */
export const commonOutputs = {
  verdict: 'pass, warn, fail or inconclusive.',
  summary: 'One line: what happened.',
  report: 'Path of report.json.',
  'report-html': 'Path of the report as one HTML file.',
}
