import type { Core } from '../core.ts'
import type { Kubelet } from '../pods/kubelet.ts'
import { schedulerController } from '../pods/scheduler.ts'
import type { Story } from '../pods/story.ts'
import { autoscalerController } from './autoscaler.ts'
import { runControllers } from './controller.ts'
import { cronJobController } from './cron-job.ts'
import { customResourceController } from './custom-resources.ts'
import { daemonSetController } from './daemon-set.ts'
import { deploymentController } from './deployment/controller.ts'
import { disruptionController } from './disruption.ts'
import { endpointsController } from './endpoints.ts'
import { garbageCollector } from './garbage.ts'
import { jobController, timeToLiveController } from './job.ts'
import { namespaceController } from './namespace.ts'
import { quotaController } from './quota.ts'
import { replicaSetController } from './replica-set.ts'
import { statefulSetController } from './stateful-set.ts'
import { volumeController } from './volumes.ts'

/** Starts everything that acts in a cluster without being asked. `authority` is what namespaces are told to trust. */
export function startControllers(core: Core, story: Story, kubelet: Kubelet, authority: string): () => void {
  return runControllers(core, [
    namespaceController(core, authority), garbageCollector(core), customResourceController(core),
    deploymentController(core), replicaSetController(core), statefulSetController(core), daemonSetController(core), jobController(core), timeToLiveController(core), cronJobController(core), autoscalerController(core),
    endpointsController(core), disruptionController(core), volumeController(core), quotaController(core),
    schedulerController(core, story), kubelet.controller,
  ])
}
