import type { Dialect } from './dialect.ts'
import { ownForm } from './own-form.ts'
import { toolkitForm } from './toolkit-form.ts'

/** Every form there is; the first that a document speaks reads it. A new one is a file beside this one, its test, and a line here, before our own. */
export const dialects: readonly Dialect[] = [
  toolkitForm,
  ownForm,
]
