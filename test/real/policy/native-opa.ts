import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PolicyQuestion } from '@fermata/ports'
import { places } from '../../../scripts/tools/places.ts'

const opa = join(places.bin, 'opa')

export function nativeVersion(): string {
  return `OPA ${/^Version: (\S+)/m.exec(execFileSync(opa, ['version'], { encoding: 'utf8' }))?.[1]}`
}

/** What OPA itself, built for this machine, gives for all rules of a package, for each input. */
export function judgedNatively({ modules, data, inputs, regoVersion }: PolicyQuestion, namespace: string): readonly Readonly<Record<string, unknown>>[] {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-opa-'))
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  try {
    for (const { name, text } of modules) write(`bundle/${name.replace(':', '/')}`, text)
    write('bundle/data.json', JSON.stringify(data))
    const names = inputs.map((_, index) => `inputs/${String(index).padStart(6, '0')}.json`)
    for (const [index, name] of names.entries()) write(name, JSON.stringify(inputs[index]?.value))
    const args = ['exec', ...(regoVersion === 'v0' ? ['--v0-compatible'] : []), '--decision', namespace.replaceAll('.', '/'), '--bundle', 'bundle', ...names]
    const { result } = JSON.parse(execFileSync(opa, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 })) as { readonly result: readonly { readonly path: string; readonly result: Readonly<Record<string, unknown>> }[] }
    const byPath = new Map(result.map((one) => [one.path, one.result]))
    return names.map((name) => byPath.get(name) ?? {})
  } finally {
    rmSync(folder, { recursive: true })
  }
}
