import { applying } from './applying.ts'
import { removing } from './deleting.ts'
import { evicting } from './evicting.ts'
import type { Topic } from './given.ts'
import { patching } from './patching.ts'
import { reading } from './reading.ts'
import { rollouts } from './rollouts.ts'
import { subresources } from './subresources.ts'
import { watching } from './watching.ts'
import { workloads } from './workloads.ts'
import { writing } from './writing.ts'

export const topics: readonly Topic[] = [reading, watching, ...writing, patching, ...applying, ...subresources, ...removing, evicting, ...rollouts, ...workloads]
