import { policyScan, scan } from '@fermata/policy'
import { runAction } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runAction(policyScan, scan, connect)
