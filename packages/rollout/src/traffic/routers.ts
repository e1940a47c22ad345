import type { ObjectKind } from '@fermata/ports'
import { httpRoute } from './http-route.ts'
import type { Router } from './router.ts'
import { virtualService } from './virtual-service.ts'

/** Every provider that is known. */
export const routers: readonly Router[] = [httpRoute, virtualService]

export function routerOf(route: ObjectKind): Router {
  const found = routers.find(({ kinds }) => kinds.some(({ apiVersion, kind }) => apiVersion === route.apiVersion && kind === route.kind))
  if (found === undefined) throw new RangeError(`No router reads ${route.kind} of ${route.apiVersion}.`)
  return found
}
