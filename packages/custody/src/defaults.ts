/** Every number that custody decides with, and where it comes from. Times are milliseconds. */

/** How long a lease lasts without a renewal, in seconds. A killed run keeps the next one waiting this long. */
export const leaseSeconds = 30

/** A lease is renewed when a third of its time has passed, so two renewals may fail. */
export const renewalsPerTerm = 3

/** Clocks of runners differ. A lease of another counts as over only when it is over by so much. */
export const skew = 5_000

/** Nothing is begun under a lease that ends within this time: the write would have to arrive before somebody else's first one. */
export const margin = 3_000

/** How often a lease of another is looked at while it is not known whether its holder lives. */
export const watchEvery = 2_000

/** How soon a renewal that failed is tried again. */
export const retryEvery = 1_000

/** Who loses so many races without ever seeing the winner is not racing. */
export const raceAttempts = 5

/** A write that met a newer version of the object is decided anew this often. */
export const writeAttempts = 5

/** etcd takes 1.5 MiB for an object, the API server 1 MiB for a ConfigMap's data. What is above is refused before anything is written. */
export const journalBytes = 900 * 1024

/** How many ended journals of a namespace stay, whatever their age: the releases that can still be rolled back. */
export const keptJournals = 10

/** Younger journals stay too, however many they are. Also the age at which a lease that nobody holds is removed. */
export const keptFor = 7 * 24 * 3_600_000

/** After this time past its deadline a fuse should be gone; if it is not, the cluster's own controllers do not run. */
export const fuseGrace = 60_000
