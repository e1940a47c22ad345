import { applying } from './applying.ts'
import { removing } from './deleting.ts'
import type { Topic } from './given.ts'
import { patching } from './patching.ts'
import { reading } from './reading.ts'
import { subresources } from './subresources.ts'
import { watching } from './watching.ts'
import { writing } from './writing.ts'

export const topics: readonly Topic[] = [reading, watching, ...writing, patching, ...applying, ...subresources, ...removing]
