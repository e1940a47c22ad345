import { runAction } from '@fermata/runner'
import { checkSlos, sloCheck } from '@fermata/slo'
import { connect } from '@fermata/wiring'

await runAction(sloCheck, checkSlos, connect)
