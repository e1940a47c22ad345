/** A host that a value names, as it is written there: `redis-cart`, `cart.shop.svc.cluster.local`. */
export interface NamedHost {
  /** In lower case, without a closing dot. */
  readonly host: string
  readonly port: number | undefined
  /** The part of the value that names it, without user or password. */
  readonly shown: string
  readonly form: AddressForm
}

/**
 * How a value names a host, from strong to weak:
 * - `url`: it has a scheme, `http://cart/`, `redis://:secret@cache:6379/0`, `jdbc:postgresql://db/x`; or it is a data source name, `user@tcp(db:3306)/x`, `Host=db;Port=5432`.
 * - `host-port`: it is nothing but a name and a port, `cart:7070`, or a list of such.
 * - `cluster-name`: it is the name of a Kubernetes Service in full, `cart.shop.svc`, `cart.shop.svc.cluster.local`.
 * - `bare`: it is a name alone, and the variable says that it holds an address: `CART_HOST=cart`. A bare word in any other variable names nothing.
 */
export type AddressForm = 'url' | 'host-port' | 'cluster-name' | 'bare'

const hostName = String.raw`[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?`
const hostForm = new RegExp(`^${hostName}$`, 'i')
const hostPortForm = new RegExp(String.raw`^(${hostName}):(\d{1,5})(?:/.*)?$`, 'i')
const clusterName = /^[a-z0-9.-]+\.svc(?:\.cluster\.local)?\.?$/i
const authorityForm = /^(?:[a-z][a-z0-9]*:)*([a-z][a-z0-9+.-]*):\/\/(?:[^/?#\s]*@)?([^/?#\s@]+)/i
const goDataSource = /@(?:tcp[46]?)\(([^()\s]+)\)/i
const keyedDataSource = /(?:^|[;\s])(?:host|server|data source|addr|address)\s*=\s*(?:tcp:)?([^;,\s]+)/gi

/** Variables that hold an address, by how their name ends. `HOST` and `ADDR` alone are where a process listens itself. */
const addressVariable = /_(?:ADDR|ADDRS|ADDRESS|ADDRESSES|HOST|HOSTS|HOSTNAME|URL|URLS|URI|URIS|ENDPOINT|ENDPOINTS|SERVICE|SERVICES|SERVER|SERVERS|UPSTREAM|BACKEND|BROKER|BROKERS|TARGET|NODES|DSN)$/
/** Variables whose values look like `name:number` and are none: `CART_IMAGE=cart:2`. */
const otherVariable = /(?:^|_)(?:IMAGE|TAG|VERSION|ARTIFACT|DIGEST)$/
/** Schemes of what lies in no network. */
const localSchemes = new Set(['file', 'unix', 'data', 'classpath', 'about', 'urn', 'jar'])

/** `redisHost`, `spring.redis.host` and `redis-host` as `REDIS_HOST`. */
function variableWords(name: string): string {
  return name.replace(/^-+/, '').replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()
}

/** Whether the name of a variable says that it holds an address. */
export function holdsAddress(variable: string): boolean {
  return addressVariable.test(variableWords(variable))
}

/**
 * The hosts that a setting names, strictly: what has none of the forms of `AddressForm` names nothing.
 * Placeholders that were not filled in (`$(HOST)`, `${HOST}`), loopback and unspecified addresses are passed over.
 * @param variable name of the variable or flag; undefined for a plain argument
 */
export function hostsIn(variable: string | undefined, value: string): readonly NamedHost[] {
  if (value.length > longestValue || (variable !== undefined && otherVariable.test(variableWords(variable)))) return []
  const parts = value.trim().split(/[\s,]+(?=[a-z][a-z0-9+.:-]*:\/\/)|\s+/i)
  const sentence = /\s/.test(value.trim())
  const found = [...dataSourceHosts(value), ...parts.flatMap((part) => partHosts(part, !sentence && variable !== undefined && holdsAddress(variable)))]
  return found.filter(({ host }, index) => !isOwn(host) && found.findIndex((other) => other.host === host) === index)
}

/** Longer values are documents and no addresses. */
const longestValue = 4_000

function dataSourceHosts(value: string): readonly NamedHost[] {
  const go = goDataSource.exec(value)?.[1]
  const named = value.includes('://') ? [] : [...value.matchAll(keyedDataSource)].map((match) => match[1] as string)
  return [...(go === undefined ? [] : [go]), ...named].flatMap((text) => asHost(text, 'url', text))
}

function partHosts(part: string, mayBeBare: boolean): readonly NamedHost[] {
  const authority = authorityForm.exec(part)
  if (authority !== null) {
    const [, scheme = '', hosts = ''] = authority
    if (localSchemes.has(scheme.toLowerCase())) return []
    return hosts.split(',').flatMap((host) => asHost(host, 'url', `${scheme}://${host}`))
  }
  const plain = part.replace(/^(?:dns|xds|passthrough):\/{0,3}/i, '')
  return plain.split(/[,;]/).flatMap((piece) => {
    if (hostPortForm.test(piece)) return asHost(piece, 'host-port', piece)
    if (clusterName.test(piece)) return asHost(piece, 'cluster-name', piece)
    return mayBeBare && hostForm.test(piece) ? asHost(piece, 'bare', piece) : []
  })
}

function asHost(text: string, form: AddressForm, shown: string): readonly NamedHost[] {
  const match = hostPortForm.exec(text)
  const host = (match?.[1] ?? text).toLowerCase().replace(/\.$/, '')
  const port = match === null ? undefined : Number(match[2])
  if (!hostForm.test(host) || (port !== undefined && (port < 1 || port > 65_535))) return []
  // A name without a letter is a number or an IP address, and neither is a service.
  return /[a-z]/.test(host) && !/^0x[0-9a-f]+$/.test(host) ? [{ host, port, form, shown: match === null ? shown : shown.replace(/(:\d+)\/.*$/, '$1') }] : []
}

function isOwn(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === 'localhost.localdomain'
}
