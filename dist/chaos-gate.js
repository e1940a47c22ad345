import { start } from './index.js'
await start('chaos-gate')
