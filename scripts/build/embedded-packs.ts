import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of packages/policy/src/packs/embedded.ts: every module below packages/policy/packs, without tests. */
export function embeddedPacks(root: string): string {
  const folder = join(root, 'packages/policy/packs')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego')).toSorted()
  const entries = files.map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(folder, name), 'utf8'))},`)
  return `/** Written by scripts/packs.ts from the folder packs. */\nexport const embedded: Readonly<Record<string, string>> = {\n${entries.join('\n')}\n}\n`
}
