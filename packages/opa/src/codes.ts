import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const opaCodes = reasonCodes({
  'FM-ENGINE-MISSING': { severity: 'inconclusive', means: 'The policy engine is not where it belongs, beside the program.', remedy: 'Use the whole folder dist, as it was released.' },
  'FM-ENGINE-CHANGED': { severity: 'inconclusive', means: 'The policy engine is not the one that this version was built with.', remedy: 'Use the whole folder dist, as it was released. What is there now was changed or cut off.' },
  'FM-ENGINE-FAILED': { severity: 'inconclusive', means: 'The policy engine ended without an answer.', remedy: 'Try with fewer inputs or policies. If one small policy is enough to see it, please report it.' },
  'FM-ENGINE-MEMORY': { severity: 'inconclusive', means: 'The policies needed more memory than the engine may use.', remedy: 'Look for a rule that builds something that grows with every combination of its inputs, or judge fewer files at a time.' },
  'FM-ENGINE-STUCK': { severity: 'inconclusive', means: 'The policies took longer than they may, in one call of a built-in function that cannot be interrupted: the engine was ended from outside.', remedy: 'Look for a built-in function that is given something very large, or set timeout.' },
})

export const opaReason = reasonsFrom(opaCodes)
