import { heal, selfHeal } from '@fermata/heal'
import { runAction } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runAction(selfHeal, heal, connect)
