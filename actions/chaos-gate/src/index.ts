import { chaos, chaosGate } from '@fermata/chaos'
import { runAction } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runAction(chaosGate, chaos, connect)
