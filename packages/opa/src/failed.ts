import { EnvironmentError } from '@fermata/verdict'
import { opaReason } from './codes.ts'

export function failed(why: string, options?: ErrorOptions): EnvironmentError {
  return new EnvironmentError(opaReason('FM-ENGINE-FAILED', { says: `The policy engine gave no answer: ${why}.` }), options)
}
