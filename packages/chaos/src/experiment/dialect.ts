import type { Path } from '@fermata/source'
import type { chaosCodes } from '../codes.ts'
import type { FaultKind } from '../faults/fault.ts'
import type { Experiment } from './model.ts'

/** Tells one problem at a place of the document. Default code: FM-CHAOS-EXPERIMENT. */
export type Complain = (path: Path, says: string, remedy?: string, code?: keyof typeof chaosCodes & string) => void

/** A form in which experiments are written: all that the rest of the house knows of it. */
export interface Dialect {
  readonly form: string
  /** Whether a document is meant to be in this form, right or wrong. */
  readonly speaks: (value: unknown) => boolean
  /** What cannot be read, or would have to be carried out by somebody else, is complained about; with a complaint there is no experiment. */
  readonly read: (value: unknown, kinds: readonly FaultKind[], complain: Complain, place: Pick<Experiment, 'file' | 'where'>) => Experiment | undefined
}
