import { createPolicyEngine } from '@fermata/opa'
import type { PolicyAnswer, PolicyModule } from '@fermata/ports'
import { judgedBy, type Judged } from '../findings.ts'
import { choosePacks } from '../packs/registry.ts'
import { documentsOf, type ScannedDocument } from '../read/documents.ts'

/** One engine for all tests of a file: it takes a second to load. */
const engine = createPolicyEngine(new AbortController().signal)

export interface Trial extends Judged {
  readonly answer: PolicyAnswer
  readonly documents: readonly ScannedDocument[]
}

/** Judges texts by a pack, or by modules of one's own, as a scan would. */
export async function judgeTexts(by: { readonly pack: string } | { readonly modules: readonly PolicyModule[]; readonly namespaces?: readonly string[] }, texts: Readonly<Record<string, string>>): Promise<Trial> {
  const documents = Object.entries(texts).flatMap(([file, text]) => {
    const read = documentsOf(file, { text }, true)
    if (read.reasons.length > 0) throw new Error(`${file}: ${read.reasons.map(({ message }) => message).join(', ')}`)
    return read.documents
  })
  const { modules, namespaces, data } = 'pack' in by ? choosePacks([by.pack]) : { namespaces: ['main'], data: {}, ...by }
  const answer = await engine.judge({ modules, data, namespaces, regoVersion: 'auto', strict: true, seconds: 60, inputs: documents.map(({ value }) => ({ value })) })
  const judged = judgedBy(answer, (input, path) => {
    const document = documents[input]
    return document && { document, path }
  })
  return { ...judged, answer, documents }
}
