import { orchestratedDeploy, deploy } from '@fermata/rollout'
import { runAction } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runAction(orchestratedDeploy, deploy, connect)
