import { detectChangedServices } from '@fermata/changes'
import { runPost } from '@fermata/runner'
import { connect } from '@fermata/wiring'

await runPost(detectChangedServices, undefined, connect)
