import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const opaCodes = reasonCodes({
  'FM-ENGINE-MISSING': { severity: 'inconclusive', means: 'The policy engine is not where it belongs, beside the program.', remedy: 'Use the whole folder dist, as it was released.' },
  'FM-ENGINE-CHANGED': { severity: 'inconclusive', means: 'The policy engine is not the one that this version was built with.', remedy: 'Use the whole folder dist, as it was released. What is there now was changed or cut off.' },
  'FM-ENGINE-FAILED': { severity: 'inconclusive', means: 'The policy engine ended without an answer.', remedy: 'Try with fewer inputs or policies. If one small policy is enough to see it, please report it.' },
})

export const opaReason = reasonsFrom(opaCodes)
