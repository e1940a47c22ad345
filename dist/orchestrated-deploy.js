import { start } from './index.js'
await start('orchestrated-deploy')
