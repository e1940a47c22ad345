import { reasonCodes, reasonsFrom } from '@fermata/verdict'

/** What a draft of a catalog must tell its reader. */
export const initCodes = reasonCodes({
  'FM-INIT-HOST-UNKNOWN': { severity: 'warning', means: 'A value names a host like one of the cluster, and no Service of the repository is called so.', remedy: 'If it is a service, add its manifests or its entry; if it lies elsewhere, nothing has to be done.' },
  'FM-INIT-HOST-OUTSIDE': { severity: 'note', means: 'A value names a host outside of the repository. The catalog does not know it.', remedy: 'Nothing has to be done.' },
  'FM-INIT-HOST-EMPTY': { severity: 'warning', means: 'A value names a Service of the repository that selects no workload of it.', remedy: 'Correct the selector of the Service, or add the manifest of its workload.' },
  'FM-INIT-OTHER-FORM': { severity: 'note', means: 'The same services are defined in several folders. One was taken.', remedy: 'Run fermata init with `from` set to the other folder to take that one.' },
  'FM-INIT-DEFINED-TWICE': { severity: 'warning', means: 'One folder defines a workload more than once. The first was taken.', remedy: 'Remove one of them, or correct `manifests` in the written file.' },
  'FM-INIT-RENDER-FIRST': { severity: 'warning', means: 'Manifests are made by another program, and were not read.', remedy: 'Render them into a file, and point `manifests` to it.' },
  'FM-INIT-UNREADABLE': { severity: 'warning', means: 'A file looks like a source of services and cannot be read.', remedy: 'Correct it and run fermata init again.' },
  'FM-INIT-NAME': { severity: 'warning', means: 'A name or path cannot stand in a catalog.', remedy: 'Rename it, or write the entry by hand under another id.' },
  'FM-INIT-LEFT-OVER': { severity: 'note', means: 'Objects belong to no service, so no release writes them.', remedy: 'Add them to the `manifests` of a service if they should be released with it.' },
  'FM-INIT-SHARED-OBJECT': { severity: 'warning', means: 'Several services need the same object, and an object can belong to one only.', remedy: 'Add it to the `manifests` of one of them; the others may depend on that one.' },
  'FM-INIT-NOT-DEPLOYED': { severity: 'note', means: 'Something is built or composed here that no manifest deploys, so it is no service of the catalog.', remedy: 'Add its manifests if it is to be released, and run fermata init again.' },
  'FM-INIT-EDGE-NOT-IN-CATALOG': { severity: 'note', means: 'The repository shows a dependency that the existing catalog does not have.', remedy: 'Add it to `dependencies` by hand; what a person wrote is never changed.' },
})

export const initReason = reasonsFrom(initCodes)
