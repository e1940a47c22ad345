/** Where a request goes: the answer of whoever knows its host. */

export interface Asked {
  readonly method: string
  /** Lower case, without port. */
  readonly host: string
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Labels of the pod that asks, when one is named. */
  readonly sourceLabels?: Readonly<Record<string, string>>
}

export interface Backend {
  /** Name of a Service. */
  readonly service: string
  readonly weight: number
  /** Only pods with these labels. */
  readonly labels?: Readonly<Record<string, string>>
}

export interface Mirror {
  readonly backend: Backend
  /** Share of the requests, 0 to 1. */
  readonly share: number
}

export type Decision =
  | {
      readonly at: 'backends'
      /** The same for requests that take turns with each other. */
      readonly rule: string
      readonly backends: readonly Backend[]
      readonly mirrors: readonly Mirror[]
      /** Milliseconds. */
      readonly timeout?: number
      readonly fault?: Fault
    }
  | Refusal

/** What a mesh adds on order. Shares from 0 to 1, the delay in milliseconds. */
export interface Fault {
  readonly abort?: { readonly status: number; readonly share: number }
  readonly delay?: { readonly milliseconds: number; readonly share: number }
}

export interface Refusal {
  readonly at: 'refused'
  readonly status: number
  readonly says: string
}

export const refused = (status: number, says: string): Refusal => ({ at: 'refused', status, says })

/** What the gateway would not carry out. It says so instead of guessing. */
export const unplayed = (where: string, what: string): Refusal => refused(501, `${where}: the gateway does not play ${what}`)

/** `cart`, `cart.shop`, `cart.shop.svc`, `cart.shop.svc.cluster.local` are the Service cart of the namespace shop. Undefined for other names. */
export function serviceNamed(host: string, namespace: string): string | undefined {
  const [name = '', ...rest] = host.split('.')
  const suffix = rest.join('.')
  return ['', namespace, `${namespace}.svc`, `${namespace}.svc.cluster.local`].includes(suffix) ? name : undefined
}

/** Whether a host is covered by a name that may begin with `*.`. */
export function covers(name: string, host: string): boolean {
  return name === '*' || name.toLowerCase() === host || (name.startsWith('*.') && host.endsWith(name.slice(1).toLowerCase()) && host.length > name.length - 1)
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** `1s`, `1h30m`, `250ms` in milliseconds: the durations of Gateway API (GEP-2257) and of Istio. */
export function milliseconds(duration: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(duration)) return undefined
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit as string] ?? 0), 0)
}
