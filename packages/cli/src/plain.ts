import { renderAll, reportSchema, terminalText, colourFor } from '@fermata/report'
import type { Report } from '@fermata/verdict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { PlainCommand } from './application.ts'
import { completionScript, type Offered, shells } from './completion.ts'
import { UsageError } from './run.ts'

/** `fermata report`: a report.json as the other forms, for runs whose files went elsewhere. */
export const reportCommand: PlainCommand = {
  path: ['report'],
  brief: 'Render a report.json as HTML, summary, JUnit and text',
  example: 'fermata report fermata-report/report.json --to pages',
  flags: { to: { about: 'Folder for the rendered files. Without it, only the text is printed.' } },
  positional: { name: 'file', about: 'A report.json that Fermata wrote' },
  run: async ({ to }, file = '') => {
    const report = readReport(file)
    if (to !== undefined) {
      mkdirSync(to, { recursive: true })
      for (const { name, content } of renderAll(report)) writeFileSync(join(to, name), content)
    }
    process.stdout.write(terminalText(report, { colour: colourFor(process.env, process.stdout) }))
  },
}

function readReport(file: string): Report {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const checked = z.safeParse(reportSchema, parsed)
  if (checked.success) return parsed as Report
  const [issue] = checked.error.issues
  throw new UsageError(`${file} is no report of Fermata: ${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'unknown form'}`)
}

/** `fermata completion`. */
export function completionCommand(offered: readonly Offered[]): PlainCommand {
  return {
    path: ['completion'],
    brief: 'Print a completion script for a shell',
    example: 'source <(fermata completion bash)',
    flags: {},
    positional: { name: 'shell', about: `One of ${shells.join(', ')}` },
    run: async (_, shell = '') => {
      process.stdout.write(completionScript(shell, offered))
    },
  }
}

/** `fermata sandbox`: a cluster to play with. Loaded when it is asked for. */
export const sandboxCommand: PlainCommand = {
  path: ['sandbox'],
  brief: 'Run a stand-in Kubernetes cluster on this machine until Ctrl-C',
  example: 'fermata sandbox --kubeconfig sandbox.kubeconfig',
  flags: { kubeconfig: { about: 'Where the kubeconfig is written.', default: 'sandbox.kubeconfig' }, namespace: { about: 'A namespace to make.', default: 'default' } },
  run: async ({ kubeconfig = 'sandbox.kubeconfig', namespace = 'default' }) => {
    const { startCluster } = await import('@fermata/sandbox')
    const cluster = await startCluster({ namespaces: namespace === 'default' ? [] : [namespace] })
    writeFileSync(kubeconfig, cluster.kubeconfig({ namespace }), { mode: 0o600 })
    process.stderr.write(`A cluster listens on ${cluster.url}. In another terminal: export KUBECONFIG=${kubeconfig}\nCtrl-C ends it.\n`)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    await cluster.stop()
  },
}
