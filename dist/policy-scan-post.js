import { start } from './index.js'
await start('policy-scan-post')
