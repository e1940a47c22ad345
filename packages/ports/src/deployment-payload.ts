/** What our GitHub Deployments carry. Whoever reads one goes by `services` alone: others may write such, too. */
export interface DeploymentPayload {
  /** Ids, each once. */
  readonly services: readonly string[]
  /** Of the release that made it, where one did. */
  readonly release: string | undefined
}

/** The payload of a Deployment that names services; undefined for any other. GitHub gives it back as the object or as the text that it was given. */
export function deploymentPayload(given: unknown): DeploymentPayload | undefined {
  const value = typeof given === 'string' ? jsonIn(given) : given
  if (typeof value !== 'object' || value === null) return undefined
  const { services, release } = value as { readonly services?: unknown; readonly release?: unknown }
  if (!Array.isArray(services) || !services.every((id) => typeof id === 'string')) return undefined
  return { services: [...new Set(services)], release: typeof release === 'string' ? release : undefined }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
