import { cleanUp, selfHeal } from '@fermata/heal'
import { runPost } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runPost(selfHeal, cleanUp, connect)
