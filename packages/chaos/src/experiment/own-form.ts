import { percent } from '@fermata/capability'
import * as z from 'zod/mini'
import * as defaults from '../defaults.ts'
import type { Fault, FaultKind } from '../faults/fault.ts'
import { parseSelector } from '../target/selector.ts'
import { durationText, milliseconds } from './duration.ts'
import type { Complain, Dialect } from './dialect.ts'
import { makeFault } from './make-fault.ts'
import type { Amount, Experiment, Expectation, Pace, Probe, TargetWish } from './model.ts'

function about<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description })
  return schema
}
const filled = (expected: string) => z.string({ error: `expected ${expected}` }).check(z.minLength(1, { error: `expected ${expected}` }))
const address = () => filled('an address').check(z.refine((text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''), { error: 'expected an address that begins with http:// or https://' }))
const statusCode = () => z.int().check(z.gte(100), z.lte(599))
const share = percent({ about: 'A share in an experiment.' })
const shareText = () => z.union([z.string(), z.number()], { error: 'expected a share such as 50% or 0.5' }).check(z.refine(isShare, { error: 'expected a share such as 50% or 0.5, above 0' }))

const probe = z.strictObject({
  name: z.optional(about(filled('a name'), 'What the report calls it. Default: the address.')),
  url: about(address(), 'The address that is asked.'),
  method: z.optional(about(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']), 'Default: GET.')),
  headers: z.optional(about(z.record(z.string(), z.string()), 'Headers of the request.')),
  body: z.optional(about(z.string(), 'Body of the request.')),
  status: z.optional(about(z.union([statusCode(), z.array(statusCode()).check(z.minLength(1))]), 'Status of a good answer. Default: below 400.')),
  contains: z.optional(about(filled('a text'), 'Text that a good answer contains.')),
  timeout: z.optional(about(durationText(), 'Time for the whole question. Default: 1s.')),
  max_latency: z.optional(about(durationText(), 'An answer that takes longer is bad.')),
  verify_tls: z.optional(about(z.boolean(), 'Whether the certificate of the server is checked. Default: true.')),
})
const probes = (description: string) => about(z.array(probe).check(z.minLength(1, { error: 'expected at least one address' })), description)

export const experimentSchema = z.strictObject({
  title: about(filled('a sentence that says what is believed'), 'What is believed, in one sentence.'),
  contexts: z.optional(about(z.array(filled('the name of a context')).check(z.minLength(1)), 'Contexts of the kubeconfig in which it may run.')),
  target: about(
    z.strictObject({
      service: z.optional(about(filled('the id of a service'), 'A service of the catalog: its first workload.')),
      workload: z.optional(about(z.string().check(z.regex(/^(Deployment|StatefulSet|DaemonSet|ReplicaSet)\/[a-z0-9.-]+$/, { error: 'expected a workload such as Deployment/cart' })), 'A workload, such as Deployment/cart.')),
      selector: z.optional(about(filled('a label selector such as app=cart'), 'A label selector, as kubectl takes it.')),
      namespace: z.optional(about(filled('the name of a namespace'), 'Default: that of the input, the environment, or the context.')),
    }),
    'Whose pods are hit: exactly one of service, workload and selector.',
  ),
  fault: about(z.looseObject({ kind: about(filled('the name of a fault'), 'Which fault.'), count: z.optional(about(z.int().check(z.gte(1)), 'How many pods.')), share: z.optional(about(shareText(), 'Which share of the pods, rounded down to whole pods.')), duration: z.optional(about(durationText(), 'How long it lasts, for faults that last.')) }), 'What is done to them.'),
  steady_state: probes('What must be good before, and again afterwards.'),
  effect: z.optional(probes('What must fail while the fault is in effect. Default: the steady state.')),
  sampling: z.optional(
    about(
      z.strictObject({
        every: z.optional(about(durationText(), 'From the start of one request to the start of the next, whatever becomes of them. Default: 100ms.')),
        window: z.optional(about(durationText(), 'How long failed requests are counted.')),
        consecutive: z.optional(about(z.int().check(z.gte(2), z.lte(100)), 'So many good samples in a row are a recovery. Default: 5.')),
      }),
      'How the steady state is asked about.',
    ),
  ),
})
type Written = z.infer<typeof experimentSchema>

function isShare(written: string | number): boolean {
  try {
    return (share.parse(String(written)) as number) > 0
  } catch {
    // What cannot be read is no share: the schema says what one looks like.
    return false
  }
}

/** Our own form. It takes whatever no other form speaks, so that it can say what is wrong with it. */
export const ownForm: Dialect = {
  form: 'fermata',
  speaks: () => true,
  read: (value, kinds, complain, place) => {
    const shape = z.safeParse(experimentSchema, value)
    if (shape.success) return fromOwnForm(shape.data, kinds, complain, place)
    for (const issue of shape.error.issues) {
      const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
      const unknown = issue.code === 'unrecognized_keys' ? issue.keys : undefined
      if (unknown === undefined) complain(path, `${path.length === 0 ? 'The experiment' : path.join('.')}: ${issue.message}.`)
      else for (const key of unknown) complain([...path, key], `${[...path, key].join('.')} is not known here.`, 'Remove it, or correct its name.')
    }
    return undefined
  },
}

/** What the shape cannot say is complained about. */
function fromOwnForm(written: Written, kinds: readonly FaultKind[], complain: Complain, place: Pick<Experiment, 'file' | 'where'>): Experiment | undefined {
  const target = targetOf(written.target, complain)
  const fault = faultOf(written.fault, kinds, complain)
  const pace = paceOf(written.sampling, complain)
  if (target === undefined || fault === undefined || pace === undefined) return undefined
  return {
    ...place,
    ...fault,
    title: written.title,
    form: ownForm.form,
    contexts: written.contexts ?? [],
    namespace: written.target.namespace,
    target,
    steadyState: written.steady_state.map(probeOf),
    effect: (written.effect ?? []).map(probeOf),
    pace,
    ignored: [],
  }
}

function targetOf({ service, workload, selector }: Written['target'], complain: Complain): TargetWish | undefined {
  const wishes: TargetWish[] = []
  if (service !== undefined) wishes.push({ by: 'service', service })
  if (workload !== undefined) wishes.push({ by: 'workload', kind: workload.split('/')[0] as string, name: workload.split('/')[1] as string })
  if (selector !== undefined) {
    const parsed = parseSelector(selector)
    if ('problem' in parsed && typeof parsed.problem === 'string') complain(['target', 'selector'], `target.selector ${parsed.problem}.`, 'Write it like this: app=cart')
    wishes.push({ by: 'selector', selector })
  }
  if (wishes.length === 1) return wishes[0]
  complain(['target'], `The target names ${wishes.length === 0 ? 'none' : 'several'} of service, workload and selector.`, 'Name exactly one.')
  return undefined
}

function faultOf({ kind: name, count, share: written, duration, ...settings }: Written['fault'], kinds: readonly FaultKind[], complain: Complain): { readonly fault: Fault; readonly amount: Amount } | undefined {
  const kind = kinds.find((one) => one.kind === name)
  if (kind === undefined) return void complain(['fault', 'kind'], `There is no fault ${JSON.stringify(name)}.`, `Use one of ${kinds.map((one) => one.kind).join(', ')}.`)
  if (count !== undefined && written !== undefined) return void complain(['fault', 'share'], 'fault.count and fault.share are both given.', 'Give one of them.')
  const amount: Amount = count !== undefined ? { count } : written !== undefined ? { share: share.parse(String(written)) as number } : kind.usually
  const made = makeFault(kind, settings, duration === undefined ? undefined : milliseconds(duration))
  if ('fault' in made) return { fault: made.fault, amount }
  for (const { path, says } of made.problems) complain(['fault', ...path], says)
  return undefined
}

function paceOf(sampling: Written['sampling'], complain: Complain): Pace | undefined {
  const everyMs = sampling?.every === undefined ? defaults.sampleEvery : milliseconds(sampling.every)
  const windowMs = sampling?.window === undefined ? undefined : milliseconds(sampling.window)
  if (everyMs < 10 || everyMs > 10_000) return void complain(['sampling', 'every'], 'sampling.every must be from 10ms to 10s.')
  if (windowMs !== undefined && (windowMs < everyMs || windowMs > defaults.longestFault)) return void complain(['sampling', 'window'], 'sampling.window must be from one sample to 1h.')
  return { everyMs, windowMs, consecutive: sampling?.consecutive ?? defaults.consecutiveGood }
}

function probeOf(written: z.infer<typeof probe>): Probe {
  const { url, status, contains, timeout, max_latency: latency } = written
  const expects: readonly Expectation[] = [
    status === undefined ? { is: 'success' } : { is: 'status', oneOf: typeof status === 'number' ? [status] : status },
    ...(contains === undefined ? [] : [{ is: 'contains', text: contains } as const]),
  ]
  return {
    name: written.name ?? url,
    url,
    method: written.method ?? 'GET',
    headers: written.headers ?? {},
    body: written.body,
    timeoutMs: timeout === undefined ? defaults.probeTimeout : milliseconds(timeout),
    verifyTls: written.verify_tls ?? true,
    expects,
    latencyMs: latency === undefined ? undefined : milliseconds(latency),
  }
}
