import { chaosGate, cleanUp } from '@fermata/chaos'
import { runPost } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runPost(chaosGate, cleanUp, connect)
