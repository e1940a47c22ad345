import { join } from 'node:path'

/** What the demo runs: the files that users run. FERMATA_DIST names another build of them. */
export const dist = process.env['FERMATA_DIST'] ?? join(import.meta.dirname, '../../dist')
