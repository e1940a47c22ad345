import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ControlPlane } from './control-plane.ts'

/** A request as the API server has written it down. */
export interface AuditEntry {
  readonly verb: string
  readonly userAgent?: string
  readonly user?: { readonly username?: string }
  readonly requestURI: string
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly namespace?: string; readonly name?: string }
  readonly responseStatus?: { readonly code?: number }
}

/** What was asked of a control plane that was started with `audit`, in the order of the answers. Watches come when they end. */
export function auditOf({ company }: Pick<ControlPlane, 'company'>): readonly AuditEntry[] {
  return readFileSync(join(company.folder, 'audit.log'), 'utf8').split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as AuditEntry)
}

/** Those of Fermata itself. */
export function askedByFermata(plane: Pick<ControlPlane, 'company'>): readonly AuditEntry[] {
  return auditOf(plane).filter(({ userAgent = '' }) => userAgent.startsWith('fermata'))
}
