import { capability, choice, integer, secret, text } from '@fermata/capability'
import type { Ports } from '@fermata/ports'
import { buildReport, Cancelled, ConfigurationError, EnvironmentError, inFile, type Report } from '@fermata/verdict'
import { runAction } from '../action.ts'
import type { Connect } from '../host.ts'
import { runPost } from '../post.ts'

/** A capability that does what its input `does` says. It runs as a process of its own, as an action would. */
export const fakeGate = capability({
  name: 'fake-gate',
  purpose: 'Does what it is told, for the tests of the runner.',
  inputs: {
    does: text({ about: 'What to do.', default: 'pass' }),
    amount: integer({ about: 'A number.', default: '1' }),
    colour: choice(['red', 'blue'], { about: 'A colour.', default: 'red' }),
    'the-token': secret({ about: 'A secret.' }),
  },
  outputs: { answer: 'What came of it.' },
  needs: [],
  commands: [],
  branding: { icon: 'clock', color: 'blue' },
  permissions: {},
})

export const fakeConnect: Connect = async (_needs, _request, host) => ({ ...host, get forge() { return none('forge') }, get git() { return none('git') }, get http() { return none('http') }, get policyEngine() { return none('policyEngine') }, cluster: () => none('cluster'), metrics: () => none('metrics'), alerts: () => none('alerts') })

function none(port: string): never {
  throw new Error(`no ${port} here`)
}

interface FakeRequest {
  readonly does: string
  readonly amount: number
  readonly 'the-token': string | undefined
  readonly 'on-inconclusive': 'fail' | 'warn' | 'pass'
}

type Deed = (request: FakeRequest, ports: Ports) => Promise<Report> | Report

const deeds: Readonly<Record<string, Deed>> = {
  pass: () => said('All is well.', 'note'),
  warn: () => said('Look at this.', 'warning'),
  fail: () => said('It is broken.', 'error'),
  wonder: () => said('Nobody knows.', 'inconclusive'),
  configuration: () => {
    throw new ConfigurationError([{ says: 'No service is called `crat`.', remedy: 'Did you mean cart?', where: inFile('fermata.yaml', 12, 5) }, { code: 'FM-CATALOG-CYCLE', says: 'a needs itself.' }])
  },
  environment: () => {
    throw new EnvironmentError({ code: 'FM-KUBE-FORBIDDEN', severity: 'warning', message: 'Cannot list pods in shop.', remedy: 'Bind a role.' })
  },
  bug: () => {
    throw new TypeError('x is undefined')
  },
  'lost-promise': async (_, { clock, signal }) => {
    void Promise.reject(new RangeError('nobody waited'))
    await clock.sleep(60_000, signal)
    return said('never', 'note')
  },
  hostile: (_, { log }) => {
    log.info('::set-output name=verdict::pass\nfine\r::add-mask::a')
    log.warning('  ##[set-env name=PATH]/tmp')
    log.debug('\u001b]0;title\u0007::error::x')
    log.progress({ at: 0, subject: '::error::boo\u001b[2J', phase: '::x', state: 'bad', says: 'a\n::error::b' })
    return buildReport({ ...draft, summary: '::error::gotcha\n::set-output name=a::b', reasons: [{ code: 'FM-X', severity: 'error', message: 'in <img src=x> | `a`', location: inFile('a,b::c\n::error::d', 1) }] })
  },
  secret: ({ 'the-token': token }, { log, keep }) => {
    log.info(`token is ${token}`)
    keep('where', 'shop')
    return buildReport({ ...draft, summary: `used ${token?.split('\n')[0]}`, reasons: [], outputs: { answer: `${token}` } })
  },
  large: ({ amount }) => buildReport({ ...draft, summary: 'Much to say.', reasons: [], outputs: { answer: 'x'.repeat(amount), small: 'y' } }),
  many: ({ amount }) => buildReport({ ...draft, summary: 'Many problems.', reasons: Array.from({ length: amount }, (_, index) => ({ code: 'FM-X', severity: 'error' as const, message: `problem ${index}` })) }),
  files: async (_, { files }) => {
    await files.write('made/of it/a|b <i>.txt', 'hello')
    return buildReport({ ...draft, summary: new TextDecoder().decode(await files.read('made/of it/a|b <i>.txt')), reasons: [] })
  },
  event: (_, { invocation }) => buildReport({ ...draft, summary: JSON.stringify(invocation.trigger), reasons: [] }),
  wait: async (_, { clock, signal, keep, log }) => {
    keep('begun', 'yes')
    log.info('waiting')
    await clock.sleep(60_000, signal)
    return said('never', 'note')
  },
  'clean-up': async (_, { clock, signal, log, keep }) => {
    keep('weights', '{"stable":100}')
    log.info('waiting')
    await clock.sleep(60_000, signal).catch(() => log.info(`aborted ${clock.now()}`))
    await clock.sleep(300)
    log.info('cleaned up')
    throw new Cancelled('Stopped; everything was put back.')
  },
  deaf: async (_, { clock, log }) => {
    log.info('waiting')
    await clock.sleep(60_000)
    return said('never', 'note')
  },
  'open-socket': async (_, { clock }) => {
    setInterval(() => clock.now(), 1_000)
    return said('All is well.', 'note')
  },
}

const draft = { capability: 'fake-gate', startedAt: Date.UTC(2026, 0, 1), endedAt: Date.UTC(2026, 0, 1) + 1_000, outputs: { answer: '42' }, onInconclusive: 'fail' } as const

function said(summary: string, severity: 'note' | 'warning' | 'inconclusive' | 'error'): Report {
  return buildReport({ ...draft, summary, reasons: [{ code: 'FM-FAKE', severity, message: `Because of ${severity}.` }] })
}

async function doIt(request: FakeRequest, ports: Ports): Promise<Report> {
  return (deeds[request.does] as Deed)(request, ports)
}

if (process.argv[2] === 'main') await runAction(fakeGate, doIt, fakeConnect)
if (process.argv[2] === 'post') {
  await runPost(fakeGate, async (_, { log }, kept) => {
    log.info(`putting back ${kept('weights')}`)
    return said(`Put back ${kept('weights')}; ${kept('nothing') ?? 'nothing else'}.`, 'note')
  }, fakeConnect)
}
