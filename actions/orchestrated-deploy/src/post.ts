import { cleanUp, orchestratedDeploy } from '@fermata/rollout'
import { runPost } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runPost(orchestratedDeploy, cleanUp, connect)
