import { describe, expect, test } from '@jest/globals'
import { ConfigurationError, type Problem } from '@fermata/verdict'
import * as fc from 'fast-check'
import { loadCatalog, type LoadOptions } from './load.ts'

function load(text: string, options?: LoadOptions) {
  return loadCatalog(text, 'fermata.yaml', options)
}

function problemsOf(text: string, options?: LoadOptions): readonly Problem[] {
  try {
    load(text, options)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

/** Each problem as people see it: `file:line:column: what is wrong. What to do.` */
function messagesOf(text: string, options?: LoadOptions): readonly string[] {
  return problemsOf(text, options).map((problem) => new ConfigurationError([problem]).message)
}

const introduction = `# deployment-config.yaml
services:
  database:
    dependencies: []
    deployment_strategy: rolling
    health_check: "/health"
  
  backend-api:
    dependencies: ["database"]
    deployment_strategy: blue_green
    health_check: "/api/health"
    migration_scripts: ["db-migration.sql"]
  
  frontend:
    dependencies: ["backend-api"]
    deployment_strategy: canary
    health_check: "/health"
    traffic_split: [10, 50, 100]
  
  worker-service:
    dependencies: ["database", "backend-api"]
    deployment_strategy: rolling
    health_check: "/worker/health"
`
const objectives = `# SLI/SLO Configuration
slos:
  availability:
    sli: rate(http_requests_total{status!~"5.."}[5m]) / rate(http_requests_total[5m])
    target: 0.999
    error_budget_window: 30d
  
  latency:
    sli: histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m]))
    target: 0.5
    error_budget_window: 30d
`

describe('a file of the first form', () => {
  test('with services alone loads unmodified, whatever it is called', () => {
    const catalog = loadCatalog(introduction, 'deploy/anything.yml')
    expect([...catalog.services.keys()]).toEqual(['database', 'backend-api', 'frontend', 'worker-service'])
    expect(catalog.services.get('backend-api')).toMatchObject({ strategy: 'blue_green', healthCheck: '/api/health', migrationScripts: ['db-migration.sql'], dependencies: ['database'], trafficSplit: [100] })
    expect(catalog.services.get('frontend')).toMatchObject({ strategy: 'canary', trafficSplit: [10, 50, 100] })
    expect(catalog.services.get('frontend')?.where).toEqual({ kind: 'file', file: 'deploy/anything.yml', line: 14, column: 3 })
    expect(catalog.slos.size).toBe(0)
  })

  test('with slos alone loads unmodified, also a quantile with its limit in seconds', () => {
    const { slos, services } = load(objectives)
    expect(slos.get('availability')).toMatchObject({ target: 0.999, window: 30 * 86_400_000 })
    expect(slos.get('latency')).toMatchObject({ target: 0.5, sli: 'histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m]))' })
    expect(slos.get('latency')?.where).toMatchObject({ line: 8 })
    expect(services.size).toBe(0)
  })

  test('with both loads unmodified', () => {
    const catalog = load(introduction + objectives)
    expect([catalog.services.size, catalog.slos.size]).toEqual([4, 2])
  })
})

describe('the full form', () => {
  const { services, environments, shared } = load(`
version: 1
environments:
  staging: {context: kind-staging, namespace: shop}
  production: {context: prod, namespace: shop, approval: required}
  bare:
defaults: {deployment_strategy: canary, traffic_split: [5, 100], timeout: 1h30m, soak: 90s}
services:
  frontend:
    paths: [./src/frontend/, '!src/frontend/docs', .]
    manifests: [k8s/frontend.yaml, {path: k8s//all.yaml, objects: [Deployment/frontend]}]
    dependencies: [cart, cart]
    slos: [availability]
    timeout: 5m
  cart: {deployment_strategy: rolling, role: datastore, paths: []}
  nothing:
shared:
  - {paths: [package-lock.json], affects: by-content}
  - {paths: [lib], affects: [cart]}
  - {paths: [Makefile]}
slos:
  availability: {sli: up, target: 0.99, error_budget_window: 7d}
`)

  test('gives paths as the rest of the house writes them', () => {
    expect(services.get('frontend')?.paths).toEqual(['src/frontend', '!src/frontend/docs', '.'])
    expect(services.get('frontend')?.manifests).toEqual([{ path: 'k8s/frontend.yaml' }, { path: 'k8s/all.yaml', objects: ['Deployment/frontend'] }])
  })

  test('fills in the defaults of the file, then those of the house', () => {
    expect(services.get('frontend')).toMatchObject({ strategy: 'canary', trafficSplit: [5, 100], timeout: 300_000, soak: 90_000, dependencies: ['cart'] })
    expect(services.get('cart')).toMatchObject({ strategy: 'rolling', trafficSplit: [100], timeout: 5_400_000, role: 'datastore', paths: [] })
    expect(load('services: {cart: {}}').services.get('cart')).toMatchObject({ strategy: 'rolling', timeout: 600_000, soak: 30_000, role: 'service', paths: ['cart'], manifests: [] })
    expect(load('services: {cart: {deployment_strategy: canary}}').services.get('cart')?.trafficSplit).toEqual([10, 50, 100])
  })

  test('takes a service without a word for one that is all default, in its own folder', () => {
    expect(services.get('nothing')).toMatchObject({ paths: ['nothing'], dependencies: [] })
  })

  test('reads environments and shared paths', () => {
    expect(environments.get('production')).toEqual({ name: 'production', context: 'prod', namespace: 'shop', approval: 'required' })
    expect(environments.get('bare')).toEqual({ name: 'bare', context: undefined, namespace: undefined, approval: 'none' })
    expect(shared.map(({ affects }) => affects)).toEqual(['by-content', ['cart'], 'all'])
  })
})

describe('what is no catalog', () => {
  test.each([
    ['an empty file', '', 'fermata.yaml:1:1: The catalog defines neither services nor slos.'],
    ['only a comment', '# nothing\n', 'fermata.yaml:1:1: The catalog defines neither services nor slos.'],
    ['only a separator', '---\n', 'fermata.yaml:1:1: The catalog defines neither services nor slos.'],
    ['an empty mapping', '{}', 'fermata.yaml:1:1: The catalog defines neither services nor slos.'],
    ['services without a single one', 'services: {}\nslos: {}\n', 'fermata.yaml:1:1: The catalog defines neither services nor slos.'],
    ['a version and nothing else', 'version: 1\n', 'fermata.yaml:1:1: The catalog defines neither services nor slos.'],
    ['a list at the top', '\n- a\n', 'fermata.yaml:2:1: The catalog is a list and not a mapping.'],
    ['a word at the top', 'services', 'fermata.yaml:1:1: The catalog is a single value and not a mapping.'],
    ['a tab', 'services:\n\tcart: {}\n', /^fermata.yaml:2:\d+: .*tab/],
    ['a key twice', 'services:\n  cart: {}\n  frontend: {}\n  cart: {}\n', /^fermata.yaml:4:3: The key "cart" is written twice here: the first is on line 2./],
    ['a bracket that is never closed', 'services:\n  cart: {dependencies: [a\n', /^fermata.yaml:2:\d+: /],
    ['two documents', 'services: {a: {}}\n---\nslos: {}\n', /^fermata.yaml:3:\d+: The catalog has more than one YAML document./],
    ['services without content', 'services:\n', 'fermata.yaml:1:1: services: there is nothing here. Write a mapping of keys to values.'],
    ['services as a list', 'services: [a]\n', 'fermata.yaml:1:11: services: a list is not what belongs here. Write a mapping of keys to values.'],
    ['another version', 'version: 2\nservices: {a: {}}\n', 'fermata.yaml:1:10: version: 2 is not known. Write 1.'],
  ])('%s is refused', (_, text, message) => {
    const messages = messagesOf(text)
    expect(messages.length).toBe(1)
    if (typeof message === 'string') expect(messages[0]?.startsWith(message)).toBe(true)
    else expect(messages[0]).toMatch(message)
  })

  test('50 million characters are refused by their number, before anything reads them', () => {
    const [problem] = problemsOf('\t'.repeat(50_000_000))
    expect(problem?.says).toBe('The catalog has 50.0 million characters, and at most 10.0 million characters are read.')
  })
})

describe('a mistake is named with its place, its cause and what was probably meant', () => {
  const inService = (field: string) => `services:\n  cart:\n    ${field}\n  database: {}\nslos:\n  latency: {sli: up, target: 1, error_budget_window: 1d}\n`
  test.each([
    ['an unknown key of a service', inService('dependecies: []'), '3:5: services.cart has an unknown key "dependecies". Did you mean dependencies? Known keys: role, paths,'],
    ['an unknown key at the top', 'servics: {}\nservices: {a: {}}\n', '1:1: The catalog has an unknown key "servics". Did you mean services?'],
    ['an unknown key of a manifest', inService('manifests: [{path: a, object: []}]'), '3:27: services.cart.manifests[0] has an unknown key "object". Did you mean objects?'],
    ['a manifest of another form', inService('manifests: [3]'), '3:17: services.cart.manifests[0]: 3 is not what belongs here. Write a path inside of the repository, or a mapping of keys to values.'],
    ['a merge key', inService('<<: {a: b}'), '3:5: services.cart merges with <<, which YAML 1.2 does not have. Put what services share under the top-level key defaults.'],
    ['an unknown dependency', inService('dependencies: [databse]'), '3:20: Service cart depends on "databse", which is no service. Did you mean database? Define it under services, or remove the dependency.'],
    ['a dependency that nothing resembles', inService('dependencies: [x-ray-machine]'), '3:20: Service cart depends on "x-ray-machine", which is no service. Define it'],
    ['a dependency on itself', inService('dependencies: [database, cart]'), '3:30: Service cart depends on itself. Remove this dependency.'],
    ['dependencies that are no list', inService('dependencies: database'), '3:19: services.cart.dependencies: "database" is not what belongs here. Write a list such as [a, b], or [] for none.'],
    ['a key without a value', inService('dependencies:'), '3:5: services.cart.dependencies: there is nothing here. Write a list such as [a, b], or [] for none.'],
    ['an unknown strategy', inService('deployment_strategy: cannary'), '3:26: services.cart.deployment_strategy: "cannary" is not known. Did you mean canary? Write one of rolling, blue_green, canary.'],
    ['an unknown SLO', inService('slos: [latancy]'), '3:12: Service cart names the SLO "latancy", which is not defined. Did you mean latency?'],
    ['a duration without a unit', inService('timeout: 30'), '3:14: services.cart.timeout: 30 is not what belongs here. Write a duration such as 30s, 5m or 1h30m.'],
    ['a health check that is no path', inService('health_check: health'), '3:19: services.cart.health_check: "health" does not fit: expected a path that begins with / such as /health.'],
    ['a split that does not rise', inService('traffic_split: [50, 50, 100]'), '3:25: The traffic split does not rise: 50 follows 50. Write rising percentages'],
    ['a split that ends early', inService('traffic_split: [10, 50]'), '3:25: The traffic split ends at 50 and not at 100.'],
    ['a common split that ends early', 'services: {cart: {}}\ndefaults: {traffic_split: [10, 50]}\n', '2:32: The traffic split ends at 50 and not at 100.'],
    ['a split with nothing', inService('traffic_split: []'), '3:20: The traffic split is empty.'],
    ['a split from zero', inService('traffic_split: [0, 100]'), '3:21: services.cart.traffic_split[0]: 0 does not fit: expected a percentage above 0.'],
    ['a path upwards', inService('paths: [../x]'), '3:13: The path "../x" leads upwards with "..". Write it relative'],
    ['a path upwards on the way', inService('manifests: [k8s/../../x]'), '3:17: The path "k8s/../../x" leads upwards'],
    ['an absolute path', inService('migration_scripts: [/etc/passwd]'), '3:25: The path "/etc/passwd" leads outside of the repository.'],
    ['an absolute path behind an exclamation mark', inService('paths: [src, "!/etc"]'), '3:18: The path "/etc" leads outside of the repository.'],
    ['a path of another system', inService("paths: ['src\\cart']"), '3:13: The path "src\\\\cart" contains a backslash.'],
    ['a drive', inService('manifests: [{path: "C:/x"}]'), '3:24: The path "C:/x" leads outside of the repository.'],
    ['a pattern', inService('paths: [src/cart/**]'), '3:13: The path "src/cart/**" contains a wildcard, and paths are prefixes. Write the folder, for example "src/cart", to mean all that is in it.'],
    ['a line break in a path', inService('paths: ["src\\n::error::x"]'), '3:13: The path "src\\n::error::x" contains a control character.'],
    ['paths that only subtract', inService("paths: ['!docs']"), '3:12: These paths only subtract, so nothing is left.'],
    ['an exclamation mark alone', inService("paths: [src, '!']"), '3:18: A path is empty.'],
    ['an SLO without a window', 'slos:\n  a: {sli: up, target: 1}\n', '2:3: slos.a.error_budget_window is missing. Write a duration such as 30s'],
    ['a target in quotes', 'slos:\n  a: {sli: up, target: "99%", error_budget_window: 1d}\n', '2:24: slos.a.target: "99%" is not what belongs here. Write a number.'],
    ['shared paths that affect nobody known', 'services: {cart: {}}\nshared: [{paths: [x], affects: [crt]}]\n', '2:33: Shared paths affect "crt", which is no service. Did you mean cart?'],
    ['shared paths that affect an unknown word', 'services: {cart: {}}\nshared: [{paths: [x], affects: some}]\n', '2:32: shared[0].affects: "some" is not what belongs here. Write one of all, by-content, or a list'],
    ['a namespace that no cluster takes', 'services: {cart: {}}\nenvironments: {p: {namespace: My_Shop}}\n', '2:31: environments.p.namespace: "My_Shop" does not fit: expected the name of a namespace'],
  ])('%s', (_, text, message) => {
    const messages = messagesOf(text)
    expect(messages.length).toBe(1)
    expect(messages[0]?.slice(0, `fermata.yaml:${message}`.length)).toBe(`fermata.yaml:${message}`)
  })

  test.each([['$(rm -rf)'], ['Cart'], ['a b'], ['-a'], ['a'.repeat(101)], ['../a'], ['<script>'], ['__proto__'], ['a/b']])('%j is no service id', (id) => {
    const messages = messagesOf(`services:\n  ${JSON.stringify(id)}: {}\n  cart: {}\n`)
    expect(messages.length).toBe(1)
    expect(messages[0]).toContain(`fermata.yaml:2:3: services: ${JSON.stringify(id)} is no valid name`)
  })

  test('all mistakes are reported together, in the order of the file', () => {
    const problems = problemsOf('services:\n  cart:\n    depends: []\n    dependencies: [databse]\n    paths: [/x]\n  "A B": {dependencies: [nope]}\n  database: {timeout: soon, slos: [gone]}\ntop: 1\n')
    expect(problems.map(({ where }) => (where?.kind === 'file' ? where.line : undefined))).toEqual([3, 4, 5, 6, 7, 7, 8])
  })

  test('a name whose definition is wrong is known nevertheless', () => {
    expect(problemsOf('services:\n  cart: 3\n  frontend: {dependencies: [cart]}\n').length).toBe(1)
  })

  test('10,000 wrong names are all reported, though not each with a suggestion', () => {
    const text = `services:\n${Array.from({ length: 10_000 }, (_, index) => `  s${index}: {dependencies: [t${index}]}\n`).join('')}`
    const problems = problemsOf(text)
    expect(problems.length).toBe(10_000)
    expect(problems[0]?.says).toContain('Did you mean s0?')
    expect(problems.at(-1)?.says).not.toContain('Did you mean')
  })
})

describe('services that need each other', () => {
  const ring = 'services:\n  a: {dependencies: [b]}\n  b: {dependencies: [c]}\n  c: {dependencies: [a]}\n'

  test('are one unit by default', () => {
    expect(load(ring).services.size).toBe(3)
  })

  test.each([
    ['the file', `cycles: error\n${ring}`, undefined, 3],
    ['the caller', ring, { cycles: 'error' } as const, 2],
    ['the caller, whatever the file says', `cycles: unit\n${ring}`, { cycles: 'error' } as const, 3],
  ])('are refused as a path when %s wants it', (_, text, options, line) => {
    expect(messagesOf(text, options)).toEqual([`fermata.yaml:${line}:22: Services need each other: a -> b -> c -> a. Remove one of these dependencies, or write \`cycles: unit\` to release them together.`])
  })

  test('a long way round is shortened in its middle', () => {
    const text = `cycles: error\nservices:\n${Array.from({ length: 100 }, (_, index) => `  s${index}: {dependencies: [s${(index + 1) % 100}]}\n`).join('')}`
    expect(problemsOf(text)[0]?.says).toMatch(/^Services need each other: s0 -> s1 -> .* -> s17 -> … 82 more … -> s0\.$/)
  })
})

describe('no text makes the loader fail in another way than with a ConfigurationError', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, true, 'canary', '30s', '../x', 100))
  const key = fc.constantFrom('services', 'slos', 'shared', 'defaults', 'environments', 'cycles', 'paths', 'affects', 'manifests', 'path', 'objects', 'dependencies', 'traffic_split', 'timeout', 'sli', 'target', 'cart', 'A B', '__proto__', 'constructor')
  const { any } = fc.letrec((tie) => ({ any: fc.oneof({ maxDepth: 5, withCrossShrink: true }, scalar, fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(key, tie('any'), { maxKeys: 4 })) }))

  test('be it any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void problemsOf(text)))
  })

  test.each([['services'], ['slos'], ['shared'], ['defaults'], ['environments'], ['cycles']])('or data with %s of any form', (section) => {
    fc.assert(fc.property(any, fc.dictionary(key, any, { maxKeys: 3 }), (entries, others) => void problemsOf(JSON.stringify({ ...others, [section]: entries }))), { numRuns: 300 })
  })
})

test('a mistake in the form of one field hides no mistake in the meaning of another', () => {
  const problems = problemsOf('defaults: {traffic_split: [0, 50], timeout: soon}\nservices:\n  cart: {timeout: 3, dependencies: [nope], paths: [/x]}\nslos:\n  a: {sli: up}\nshared: [{paths: [y], affects: [gone]}]\n')
  expect(problems.map(({ says }) => says)).toEqual([
    'defaults.traffic_split[0]: 0 does not fit: expected a percentage above 0.',
    'defaults.timeout: "soon" does not fit: expected a duration such as 30s, 5m or 1h30m.',
    'services.cart.timeout: 3 is not what belongs here.',
    'Service cart depends on "nope", which is no service.',
    'The path "/x" leads outside of the repository.',
    'slos.a.target is missing.',
    'slos.a.error_budget_window is missing.',
    'Shared paths affect "gone", which is no service.',
  ])
})
