import { start } from './index.js'
await start('self-heal-post')
