import { detectChangedServices, detectChanges } from '@fermata/changes'
import { runAction } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runAction(detectChangedServices, detectChanges, connect)
