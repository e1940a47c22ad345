import type { Remedy, Rung } from './model.ts'
import { restart } from './restart.ts'
import { rollback } from './rollback.ts'
import { scale } from './scale.ts'

/** All there are. A new one needs its file, its test and a line here. */
export const remedies: Readonly<Record<Rung, Remedy>> = { restart, scale, rollback }
