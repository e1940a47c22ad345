import type { Ports } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import type { InitRequest } from './request.ts'

export { initCodes } from './codes.ts'
export type { InitRequest } from './request.ts'
export { initialise } from './request.ts'

/** See `init.ts`. It is read when somebody asks for it: most runs load a catalog, and few write one. */
export async function initCatalog(request: InitRequest, ports: Pick<Ports, 'files' | 'clock' | 'log'>): Promise<Report> {
  return (await import('./init.ts')).initCatalog(request, ports)
}
