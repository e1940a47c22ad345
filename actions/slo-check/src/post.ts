import { runPost } from '@fermata/runner'
import { sloCheck } from '@fermata/slo'
import { connect } from '@fermata/wiring'

await runPost(sloCheck, undefined, connect)
