import { buildReport, evidence, inCluster, inFile, inQuery, type GraphEdge, type GraphNode, type Reason, type Report, type State, type TimelineRow } from '@fermata/verdict'

/** 2026-11-02 09:00:00 UTC. */
const start = Date.UTC(2026, 10, 2, 9)

const wavesOfShop: readonly (readonly string[])[] = [
  ['config', 'auth', 'flags', 'geo'],
  ['users', 'catalog', 'stock', 'ledger', 'mailer', 'search-index'],
  ['cart', 'orders', 'payments', 'shipping', 'pricing', 'reviews', 'recommendations'],
  ['checkout', 'account', 'invoices', 'returns'],
  ['web', 'mobile-bff', 'admin', 'partner-api'],
]

const states: Readonly<Record<string, State>> = { payments: 'undone', checkout: 'held', web: 'held', 'mobile-bff': 'held', invoices: 'skipped', shipping: 'warn' }

/** A release that is rolled back: every kind of block, state and severity is in it. `copies` makes it larger. */
export function rolledBack(copies = 1): Report {
  const nodes = Array.from({ length: copies }, (_, copy) => wavesOfShop.flatMap((names, wave) => names.map((name): GraphNode => ({ id: named(name, copy), label: named(name, copy), wave: wave + 1, state: states[name] ?? 'good' })))).flat()
  const waves = Map.groupBy(nodes, (node) => node.wave)
  const edges = nodes.flatMap((node, index): readonly GraphEdge[] => {
    const before = waves.get(node.wave - 1) ?? []
    const earlier = waves.get(node.wave - 2) ?? []
    const needs = [before[(index * 7) % Math.max(1, before.length)], before[(index * 3 + 1) % Math.max(1, before.length)], index % 3 === 0 ? earlier[index % Math.max(1, earlier.length)] : undefined]
    return [...new Set(needs)].flatMap((need) => (need === undefined ? [] : [{ from: node.id, to: need.id }]))
  })
  const results = nodes.map((node, index) => resultRow(node, index))
  return buildReport({
    capability: 'orchestrated-deploy',
    summary: 'Release 4f1c2e9 to production rolled back: canary p99 of payments was 412 ms, the limit is 300 ms',
    startedAt: start,
    endedAt: start + 1_724_000,
    subject: { repository: 'shop/platform', sha: '4f1c2e9ab37d5e0c1f2a3b4c5d6e7f8091a2b3c4', environment: 'production', services: nodes.map((node) => node.id) },
    reasons: reasonsOf(),
    sections: [
      { id: 'services', title: 'Services', state: 'undone', blocks: [{ kind: 'table', columns: [{ title: 'Service' }, { title: 'Result' }, { title: 'Wave', align: 'right' }, { title: 'Version' }, { title: 'p99 canary / base', align: 'right' }, { title: 'Took', align: 'right' }], rows: results }] },
      { id: 'timeline', title: 'Timeline', blocks: [{ kind: 'timeline', rows: nodes.map(timelineRow) }] },
      { id: 'graph', title: 'Dependencies', blocks: [{ kind: 'graph', nodes, edges }] },
      { id: 'service-payments', title: 'payments', state: 'undone', blocks: [{ kind: 'text', text: 'The canary was slower than its baseline in 3 of 3 windows.\n\nThe baseline ran beside it with the old version, so that both saw the same traffic.' }, { kind: 'facts', facts: [{ label: 'Canary p99', value: '412 ms' }, { label: 'Baseline p99', value: '128 ms' }, { label: 'Limit', value: '300 ms' }, { label: 'Samples', value: '18 420 and 18 377' }, { label: 'Share of traffic', value: '10 %, as asked' }] }] },
      { id: 'plan', title: 'The plan', state: 'good', folded: true, blocks: [{ kind: 'facts', facts: [{ label: 'Hash', value: 'sha256:9c1e…' }, { label: 'Steps', value: '131' }] }, { kind: 'code', language: 'yaml', text: 'steps:\n  - apply: config\n  - wait: {ready: config, soak: 30s}\n  - shift: {service: payments, to: 10%}' }] },
    ],
    evidence: [
      evidence('p99-canary', 'prometheus', 'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{service="payments",track="canary"}[1m])))', start + 640_000, [{ at: '2026-11-02T09:10:40Z', value: 0.412 }], ['The range holds 58 of 60 samples.']),
      evidence('p99-base', 'prometheus', 'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{service="payments",track="baseline"}[1m])))', start + 640_000, [{ at: '2026-11-02T09:10:40Z', value: 0.128 }]),
    ],
    outputs: { deployed: '["config","auth"]', 'rolled-back': '["payments"]', release: 'r-4f1c2e9' },
    onInconclusive: 'fail',
  })
}

function named(name: string, copy: number): string {
  return copy === 0 ? name : `${name}-${copy + 1}`
}

function resultRow(node: GraphNode, index: number) {
  const state = node.state ?? 'good'
  const word = { good: 'promoted', undone: 'rolled back', held: 'held', skipped: 'skipped', warn: 'promoted, slow', bad: 'failed', unknown: 'unknown', running: 'running' }[state]
  const p99 = state === 'undone' ? '412 / 128 ms' : state === 'held' || state === 'skipped' ? '' : `${118 + ((index * 13) % 40)} / ${117 + ((index * 7) % 40)} ms`
  return [{ text: node.label, code: true as const, anchor: `service-${node.id}` }, { text: word, state }, node.wave, `1.${index % 9}.0 → 1.${(index % 9) + 1}.0`, p99, state === 'held' || state === 'skipped' ? '' : `${40 + ((index * 17) % 80)} s`]
}

function timelineRow(node: GraphNode, index: number): TimelineRow {
  const begin = start + (node.wave - 1) * 300_000 + (index % 5) * 9_000
  const state = node.state ?? 'good'
  if (state === 'held' || state === 'skipped') return { label: node.label, state, spans: [], note: 'waits for payments, which was rolled back' }
  const deploy = 40_000 + ((index * 17) % 60) * 1_000
  const canary = { from: begin + deploy, to: begin + deploy + 120_000, phase: state === 'undone' ? 'canary 10 %' : 'canary', state: state === 'undone' ? ('bad' as const) : ('running' as const) }
  const last = { from: canary.to, to: canary.to + 45_000, phase: state === 'undone' ? 'undo' : 'soak', state: state === 'undone' ? ('undone' as const) : state }
  return { label: node.label, state, spans: [{ from: begin, to: begin + deploy, phase: 'apply', state: 'held' }, canary, last], ...(state === 'undone' && { note: 'p99 412 ms > 300 ms' }) }
}

function reasonsOf(): readonly Reason[] {
  return [
    { code: 'FM-DEPLOY-CANARY-SLOWER', severity: 'error', service: 'payments', message: 'payments: canary p99 412 ms, baseline 128 ms, limit 300 ms, in 3 of 3 windows.', remedy: 'Fix the regression, then run `fermata deploy --resume r-4f1c2e9`.', location: inQuery('histogram_quantile(0.99, …{service="payments"})'), evidence: ['p99-canary', 'p99-base'] },
    { code: 'FM-DEPLOY-FEW-SAMPLES', severity: 'inconclusive', service: 'geo', message: 'geo had 12 requests in the window; 50 are needed to tell 1 % of errors from none.', remedy: 'Raise `soak`, or send test traffic.' },
    { code: 'FM-DEPLOY-NO-BUDGET', severity: 'warning', service: 'shipping', message: 'shipping has no PodDisruptionBudget; a node drain could stop it.', remedy: 'Add one with minAvailable: 1.', location: inFile('k8s/shipping.yaml', 12, 3) },
    { code: 'FM-DEPLOY-FOREIGN-FIELD', severity: 'note', message: 'spec.replicas of web belongs to its HorizontalPodAutoscaler and was left alone.', remedy: 'Nothing to do.', location: inCluster('Deployment', 'shop', 'web') },
  ]
}

/** Names and texts that somebody could send us. */
export const hostile: readonly string[] = [
  'a|b',
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '--><!--',
  ']]>',
  'end',
  '@team please',
  '#12 and GH-7',
  ':tada: $x$ `code` *bold* _it_ ~~no~~ [link](javascript:alert(1)) ![i](x)',
  '- item\n1. one\n# head\n> quote\n```\nfence',
  'x'.repeat(3000),
  'שלום \u202Eevil\u202C \u2066x\u2069',
  'line\nbreak\r\nand\rmore\u2028sep',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u009b2J \u0000 \u007f',
  '::error file=x::boo',
  '  ##[set-output name=verdict]pass',
  '\ud800 lone',
  '& &amp; &#35; "quotes" \'single\'',
  '🙂 ünïcode 漢字',
  '\\',
  '',
]

/** A report in which every text is the given one. */
export function reportOf(text: string): Report {
  return buildReport({
    capability: 'slo-check',
    summary: text,
    startedAt: start,
    endedAt: start + 1_000,
    subject: { repository: text, sha: text, environment: text, services: [text] },
    reasons: [
      { code: 'FM-TEST-ERROR', severity: 'error', service: text, message: text, remedy: text, location: inFile(text, 1), evidence: [text] },
      { code: 'FM-TEST-NOTE', severity: 'note', message: text, location: inCluster(text, text, text, text) },
      { code: 'FM-TEST-WARNING', severity: 'warning', message: text, remedy: text, location: inQuery(text) },
    ],
    sections: [
      {
        id: text,
        title: text,
        blocks: [
          { kind: 'text', text },
          { kind: 'facts', facts: [{ label: text, value: text }] },
          { kind: 'table', columns: [{ title: text }, { title: 'second' }], rows: [[text, { text, state: 'bad', anchor: text, code: true }], [{ text, state: 'good' }, 1]] },
          { kind: 'graph', nodes: [{ id: text, label: text, wave: 1, state: 'bad' }, { id: 'b', label: text, wave: 2 }], edges: [{ from: 'b', to: text }] },
          { kind: 'timeline', rows: [{ label: text, state: 'bad', spans: [{ from: start, to: start + 500, phase: text }], note: text }] },
          { kind: 'code', language: text, text },
        ],
      },
      { id: text, title: text, folded: true, blocks: [{ kind: 'table', columns: [{ title: text }], rows: [], empty: text }] },
    ],
    evidence: [evidence(text, text, text, start, { [text]: text }, [text])],
    outputs: { plain: text },
    onInconclusive: 'fail',
  })
}
