import { openWholeCompany } from './whole-company.ts'

/** Opens the company, says so, and lives until it is killed: for the test of what is left behind then. */
await openWholeCompany()
console.log('open')
setInterval(() => undefined, 60_000)
