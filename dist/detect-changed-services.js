import { start } from './index.js'
await start('detect-changed-services')
