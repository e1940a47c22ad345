import { start } from './index.js'
await start('slo-check')
