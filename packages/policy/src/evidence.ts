import { createHash } from 'node:crypto'
import { evidence, type Evidence } from '@fermata/verdict'
import type { Scan } from './tell.ts'

/** What was judged by what: enough to see whether two scans asked the same of the same. */
export function evidenceOf({ answer, modules, documents, packs }: Scan, at: number): Evidence {
  const policies = Object.fromEntries(modules.map(({ name, text }) => [name, sha256(text)]))
  const inputs = sha256(JSON.stringify(documents.map(({ file, value }) => [file, value])))
  return evidence('scan', 'opa', answer.selected.join(', '), at, { engine: answer.engine, engineHash: answer.engineHash, packs, policies, inputs, documents: documents.length, results: answer.results.length })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
