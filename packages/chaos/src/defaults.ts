/** Every number that a chaos run decides with, and where it comes from. Times are milliseconds. */

const second = 1_000

/** How often the steady state is asked about. Ten samples a second give the 299 that show 1 % in half a minute. */
export const sampleEvery = 100

/** A question that is not answered in this time has failed. */
export const probeTimeout = 1 * second

/** So many good samples in a row are a recovery: one may be luck, such as the one healthy pod of three. */
export const consecutiveGood = 5

/** So many samples before the fault, all good, are a steady state. */
export const samplesBefore = 20

/** So many bad samples since the injection, where the steady state had none, prove that the fault reaches whoever asks. */
export const badSamplesOfEffect = 3

/** A fault that has shown no effect in this time has none. */
export const effectPatience = 10 * second

/** How often the cluster is asked whether the fault took effect, or whether the pods are back. */
export const lookEvery = 250

/** How sure the answer about the failed share is. */
export const confidence = 0.95

/** What a fault and its way back may take beyond its duration, before the fuse removes it. */
export const fuseMargin = 15 * second

/** The cluster counts a fuse in whole seconds, and less than this is blown before it is of use. */
export const shortestFuse = 10 * second

/** How long the cluster's controllers may take to remove what a blown fuse owns. Measured: under 5 s on an idle control plane. */
export const sweepPatience = 30 * second

/** How long a lease lasts without a renewal, in seconds. */
export const leaseSeconds = 30

/** What may be used after a request to stop; GitHub sends SIGTERM 7.5 s after SIGINT, and the report still has to be written. */
export const cancelBudget = 6 * second

/** A fault of unknown length is a mistake more often than a wish. */
export const longestFault = 3_600 * second

/** Experiments are written by people. */
export const largestExperiment = 256 * 1024

/** Rows of a table of samples in the report. */
export const shownSamples = 20
