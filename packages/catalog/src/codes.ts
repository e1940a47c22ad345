import { reasonCodes } from '@fermata/verdict'

/** What a catalog that is well formed may still have to say. */
export const catalogCodes = reasonCodes({
  'FM-CATALOG-CYCLE': {
    severity: 'note',
    means: 'Some services need each other, directly or not. No order is right for them, so they go out together as one unit.',
    remedy: 'Remove one of the dependencies, or write `cycles: error` to have them refused.',
  },
  'FM-CATALOG-NO-SERVICES': {
    severity: 'inconclusive',
    means: 'The catalog defines SLOs and no service, so there is nothing to put into an order.',
    remedy: 'Define services in the catalog, or name another file with the input config.',
  },
  'FM-CATALOG-UNOWNED': {
    severity: 'warning',
    means: 'A service has neither paths nor manifests, so no change ever touches it.',
    remedy: 'Give it paths or manifests. Without the key paths it owns the folder named like it.',
  },
  'FM-CATALOG-MERMAID-LIMIT': {
    severity: 'note',
    means: 'Mermaid draws at most 500 edges and 50,000 characters unless its settings are raised, and GitHub does not raise them.',
    remedy: 'Choose a subset with the input services, or the format dot.',
  },
})
