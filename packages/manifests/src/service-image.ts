import type { KubeObject } from '@fermata/ports'
import { parseImage } from './image.ts'
import { containersOf, withImages, type PlacedContainer } from './pod-template.ts'

/** The objects with the new image, and the containers that got it; or why it is not clear which would. */
export type ImageChange = { readonly objects: readonly KubeObject[]; readonly containers: readonly string[] } | { readonly says: string; readonly remedy: string }

/**
 * Puts a service's new image into its objects: into every container, init container or sidecar that uses the same repository of the same registry,
 * else into the only container that the objects have. A release never guesses between several.
 */
export function withServiceImage(objects: readonly KubeObject[], image: string): ImageChange {
  const wanted = parseImage(image)
  if ('says' in wanted) return wanted
  const all = objects.flatMap((object) => containersOf(object).map((container) => ({ object, container })))
  const same = all.filter(({ container }) => usesRepository(container, wanted))
  const running = all.filter(({ container }) => container.role === 'container')
  const chosen = same.length > 0 ? same : running.length === 1 ? running : []
  if (chosen.length === 0) {
    const names = running.map(({ object, container }) => `${object.kind}/${object.metadata.name} ${container.name} (${container.image ?? 'no image'})`)
    return {
      says: names.length === 0 ? `There is no container to run ${image}.` : `It is not clear which container runs ${image}: ${names.join(', ')}.`,
      remedy: names.length === 0 ? 'Give the service manifests with a workload.' : 'Name the same repository in the manifest and in the image.',
    }
  }
  return {
    objects: objects.map((object) => withImages(object, ({ path }) => (chosen.some((entry) => entry.object === object && samePath(entry.container.path, path)) ? image : undefined))),
    containers: chosen.map(({ object, container }) => `${object.kind}/${object.metadata.name} ${container.name}`),
  }
}

function usesRepository({ image }: PlacedContainer, wanted: { readonly registry: string; readonly repository: string }): boolean {
  if (image === undefined) return false
  const used = parseImage(image)
  return !('says' in used) && used.registry === wanted.registry && used.repository === wanted.repository
}

function samePath(a: PlacedContainer['path'], b: PlacedContainer['path']): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index])
}
