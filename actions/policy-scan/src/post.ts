import { policyScan } from '@fermata/policy'
import { runPost } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runPost(policyScan, undefined, connect)
