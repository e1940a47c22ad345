import type { Labels } from '@fermata/ports'

/** Labels that name a service, the surest first. The last three are what Kubernetes and its exporters call workloads. */
export const serviceLabels = ['service', 'app_kubernetes_io_name', 'app', 'deployment', 'statefulset', 'daemonset', 'job', 'container'] as const

/** The service of the catalog that labels speak of, and by which of them; undefined where none does. */
export function serviceOf(labels: Labels, known: { has(id: string): boolean }): { readonly service: string; readonly label: string } | undefined {
  for (const label of serviceLabels) {
    const value = labels[label]
    if (value !== undefined && known.has(value)) return { service: value, label }
  }
  return undefined
}

/** Whether labels name any service at all, known or not. */
export function namesService(labels: Labels): boolean {
  return serviceLabels.some((label) => labels[label] !== undefined)
}
