import type { Core } from '../core.ts'
import { createKubelet } from '../pods/kubelet.ts'
import { schedulerController } from '../pods/scheduler.ts'
import type { Story } from '../pods/story.ts'
import { runControllers } from './controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { replicaSetController } from './replica-set.ts'

/** Starts everything that acts in a cluster without being asked. */
export function startControllers(core: Core, story: Story): () => void {
  return runControllers(core, [deploymentController(core), replicaSetController(core), schedulerController(core, story), createKubelet(core, story)])
}
