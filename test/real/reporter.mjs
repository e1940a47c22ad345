// Says at the end of `npm run test:real` what ran against what, and fails when a contract was not held to both sides alike.
import { readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The version that a module has in the go.mod that pins it. */
function pinned(tool, module) {
  const found = new RegExp(`${module.replaceAll('.', '\\.')} v(\\S+)`).exec(readFileSync(join(root, 'tools', tool, 'go.mod'), 'utf8'))
  return found?.[1] ?? 'of an unknown version'
}

const cluster = () => `Kubernetes ${pinned('kubernetes', 'k8s.io/kubernetes')}, etcd ${pinned('etcd', 'go.etcd.io/etcd/server/v3')}, kwok ${pinned('kwok', 'sigs.k8s.io/kwok')}`
const prometheus = () => `Prometheus ${pinned('prometheus', 'github.com/prometheus/prometheus').replace(/^0\.(\d)(\d\d)\./, (_, major, minor) => `${major}.${Number(minor)}.`)}`
const alertmanager = () => `Alertmanager ${pinned('alertmanager', 'github.com/prometheus/alertmanager')}`
const company = () => `${cluster()}, ${prometheus()}, ${alertmanager()}`
const act = () => `act ${pinned('act', 'github.com/nektos/act')}`
const linters = () => `actionlint ${pinned('actionlint', 'github.com/rhysd/actionlint')}, zizmor ${/^zizmor==(\S+)/m.exec(readFileSync(join(root, 'tools/zizmor/requirements.txt'), 'utf8'))?.[1]}`

/** What stands behind the suites of test/real, by the name of their file. A suite that is not here names only itself. */
const against = {
  cluster, custody: cluster, gateway: cluster, chaos: cluster, release: cluster, strategies: cluster, 'every-write': () => 'sandbox',
  'whole-company': company, demo: company,
  heal: () => `${cluster()}, ${prometheus()}, ${alertmanager()}, ${act()}`,
  metrics: prometheus, slo: prometheus, 'slo-check': prometheus, expressions: prometheus, alerts: alertmanager,
  act, examples: act, workflows: linters,
  policy: () => `OPA ${pinned('opa', 'github.com/open-policy-agent/opa')}, conftest ${pinned('conftest', 'github.com/open-policy-agent/conftest')}, the schema of SARIF`,
  forge: () => "GitHub's description of its API",
}

/** Suites that are written once and must count the same on both sides. */
const contracts = ['cluster', 'custody', 'gateway', 'metrics', 'slo', 'alerts', 'forge']

export default class Ran {
  #problem

  onRunComplete(_, { testResults }) {
    const suites = testResults.map(({ testFilePath, numPassingTests, numFailingTests, numPendingTests, perfStats }) => ({ ...placeOf(testFilePath), seconds: Math.round(perfStats.runtime / 1000), passed: numPassingTests, failed: numFailingTests, skipped: numPendingTests }))
    const lines = Object.entries(Object.groupBy(suites, ({ name }) => name)).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, sides]) => `  ${name.padEnd(14)} ${sides.toSorted((a, b) => a.side.localeCompare(b.side)).map((one) => `${one.side === 'sandbox' ? 'sandbox' : (against[name]?.() ?? 'real')}: ${counted(one)}`).join(' | ')}`)
    process.stderr.write(`\nWhat ran against what:\n${lines.join('\n')}\n\n`)
    const uneven = contracts.filter((name) => {
      const [a, b] = suites.filter((suite) => suite.name === name)
      return a !== undefined && b !== undefined && total(a) !== total(b)
    })
    if (uneven.length === 0) return
    this.#problem = new Error(`Not the same number of cases on both sides: ${uneven.join(', ')}`)
    // Jest ends with 1 for it, and says nothing.
    process.stderr.write(`${this.#problem.message}\n\n`)
  }

  getLastError() {
    return this.#problem
  }
}

function placeOf(path) {
  return path.includes(`${sep}contract${sep}`) ? { name: basename(join(path, '..')), side: 'sandbox' } : { name: basename(path).replace('.real-test.ts', ''), side: 'the real one' }
}

const total = ({ passed, failed, skipped }) => passed + failed + skipped

function counted({ passed, failed, skipped, seconds }) {
  return `${[`${passed} passed`, ...(failed > 0 ? [`${failed} FAILED`] : []), ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ')} in ${seconds} s`
}
