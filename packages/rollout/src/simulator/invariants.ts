import type { ServiceId } from '@fermata/catalog'
import { cancelBudget } from '../defaults.ts'
import { memberOf, type Order, stagesOf } from '../machine/order.ts'
import { isResting, type ServiceState, type StateName } from '../machine/state.ts'
import type { Run } from './simulate.ts'
import type { Deed, Truth } from './world.ts'

/** What must hold of every run; each check names what broke it. I3 is about traffic shares, which a rolling update does not give. */
export const invariants: Readonly<Record<string, (run: Run) => readonly string[]>> = {
  'I1 nothing starts before what it needs is ready and soaked': (run) =>
    stageDeeds(run).filter(({ command }) => command.stage === 0).flatMap(({ command, truths, at }) =>
      memberOf(run.order, command.service)
        .needs.filter((id) => !readyAndSoaked(run.order, id, truths, at))
        .map((id) => `${command.service} was applied while ${id} was not ready and soaked`)),

  'I1 traffic goes only to a version that is ready': (run) =>
    stageDeeds(run).flatMap(({ stage, command, truths }) => {
      const { beside, readySince, share } = truth(truths, command.service)
      if (stage.startsWith('shift-') && beside?.readySince === undefined) return [`${command.service} was sent traffic at ${stage} while its new version was not ready`]
      return stage === 'return' && share > 0 && readySince === undefined ? [`${command.service} was sent all traffic back while it was not ready`] : []
    }),

  'I3 shares come in their order, each for as long as asked': (run) =>
    stageDeeds(run).flatMap(({ command, at, truths }) => {
      const before = stagesOf(memberOf(run.order, command.service))[command.stage - 1]
      const earlier = applies(run).filter((deed) => deed.command.do === 'apply' && deed.command.service === command.service && deed.at <= at && deed.command.stage < command.stage)
      if (earlier.length < command.stage) return [`${command.service} came to stage ${command.stage} and had left one out`]
      const { beside } = truth(truths, command.service)
      const held = before?.name.startsWith('shift-') === true && beside?.readySince !== undefined ? at - Math.max(beside.readySince, (earlier.at(-1) as CommandDeed).at) : undefined
      return held !== undefined && held < (before?.hold ?? 0) ? [`${command.service} stayed ${held} ms at ${before?.name}`] : []
    }),

  'I6 nobody is promoted unjudged': (run) =>
    run.order.onInconclusive === 'go-on' ? [] : stageDeeds(run).filter(({ stage, command }) => stage === 'promote' && stagesOf(memberOf(run.order, command.service)).some(({ analyse }) => analyse) && run.judged(command.service) !== 'no-worse').map(({ command }) => `${command.service} was promoted although it was judged ${run.judged(command.service)}`),

  'I5 the new version beside is removed only when no traffic goes to it': (run) =>
    [...stageDeeds(run).filter(({ stage }) => stage === 'retire'), ...commands(run, 'remove')].filter(({ command, truths }) => truth(truths, command.service).share > 0).map(({ command }) => `${command.service}: its new version was removed while it had traffic`),

  'I4 at the end nothing stands beside a service, and no traffic goes there': (run) =>
    [...run.end.services].flatMap(([id, { at }]) => {
      const { beside, share } = truth(run.truths, id)
      if (['promoted', 'undone', 'held', 'healthy'].includes(at) && (beside !== undefined || share > 0)) return [`${id} is ${at}, and ${share} % of its traffic goes to a version beside it`]
      return at === 'left' && share > 0 ? [`${id} was left with ${share} % of its traffic on a version beside it`] : []
    }),

  'I4 what answers at the end is a ready version, or the report says that it is not': (run) => [...run.end.services].flatMap(([id, state]) => atTheEnd(run, id, state)),

  'I5 nothing is deleted before its replacement is ready': (run) =>
    commands(run, 'remove').flatMap(({ command, truths }) => [
      ...(run.existed(command.service) && !(truth(truths, command.service).serves === 'old' && truth(truths, command.service).readySince !== undefined) ? [`${command.service} was removed before its former version was ready`] : []),
      ...memberOf(run.order, command.service).above.filter((id) => ['new', 'partly new'].includes(truth(truths, id).spec)).map((id) => `${command.service} was removed while ${id}, which needs it, was on the new version`),
    ]),

  'I6 what was never seen ready is never passed': (run) =>
    [...run.end.services].filter(([id, { at }]) => (at === 'promoted' || at === 'healthy') && !run.everReady.has(id)).map(([id]) => `${id} passed without having been seen ready`),

  'I7 the way back is a reverse topological order': (run) => {
    const restores = commands(run, 'restore')
    return restores.flatMap(({ command, journal }, index) => {
      const later = new Set(restores.slice(index + 1).map((deed) => deed.command.service))
      // A service that was given up only afterwards, by a failure of its own, had no place in the order yet.
      const known = (id: ServiceId): boolean => ['stopping', 'recalled', 'restoring'].includes(journal?.services.get(id)?.at ?? '')
      return memberOf(run.order, command.service).above.filter((id) => later.has(id) && known(id)).map((id) => `${command.service} was restored before ${id}, which needs it`)
    })
  },

  'I9 only what the release changed is written': (run) =>
    run.deeds.flatMap((deed) => {
      if (deed.is !== 'command') return []
      const { service } = deed.command
      if (!memberOf(run.order, service).changes) return [`${service} was written although the release does not change it`]
      return deed.command.do !== 'apply' && !run.touchedBefore(service, deed) ? [`${service} was undone although nothing was applied`] : []
    }),

  'undone is exactly what failed and what needs it': (run) => [...run.end.services].flatMap(([id, state]) => undoneRightly(run, id, state)),

  'what was held was never written': (run) => applies(run).filter(({ command }) => run.end.services.get(command.service)?.at === 'held').map(({ command }) => `${command.service} is held, but was applied`),

  'the journal knows each command before it is begun': (run) =>
    run.deeds.flatMap((deed) => (deed.is === 'command' && notedState(deed) !== statesOf[deed.command.do] ? [`${deed.command.do} of ${deed.command.service} was begun while the journal said ${notedState(deed) ?? 'nothing'}`] : [])),

  'no more services at a time than asked for': (run) => {
    const most = Math.max(run.order.parallelism, ...run.order.units.map((unit) => unit.length))
    return run.busiest > most ? [`${run.busiest} services were worked on at a time; ${most} were allowed`] : []
  },

  'a run ends': (run) => {
    if (run.ended === 'endless') return ['the run did not end']
    const moving = [...run.end.services.values()].some((state) => !isResting(state))
    return run.ended === 'whole' && moving && !run.cancelled ? ['the run ended while services were on their way'] : []
  },

  'after a request to stop only the way back goes on': (run) =>
    run.cancelled && run.ended === 'whole'
      ? [...run.end.services].filter(([, state]) => !isResting(state) && !wayBack.has(state.at) && !('wavered' in state && state.wavered === true)).map(([id, { at }]) => `${id} was still ${at} at the end`)
      : [],

  'a request to stop is followed in time': (run) =>
    run.cancelled && run.endedAt - run.cancelledAt > cancelBudget ? [`the run ended ${run.endedAt - run.cancelledAt} ms after it was asked to stop`] : [],
}

/** What a service may still be doing when the time after a request to stop is over. A promoted one that has just lost a pod is told as it is. */
const wayBack: ReadonlySet<StateName> = new Set(['stopping', 'recalled', 'restoring', 'removing'])

const statesOf = { apply: 'applying', look: 'holding', restore: 'restoring', remove: 'removing' } as const

function notedState(deed: CommandDeed): string | undefined {
  return deed.journal?.services.get(deed.command.service)?.at
}

type CommandDeed = Extract<Deed, { readonly is: 'command' }>

function commands(run: Run, what: 'apply' | 'restore' | 'remove'): readonly CommandDeed[] {
  return run.deeds.filter((deed): deed is CommandDeed => deed.is === 'command' && deed.command.do === what)
}

function applies(run: Run): readonly CommandDeed[] {
  return commands(run, 'apply')
}

interface StageDeed {
  readonly stage: string
  readonly at: number
  readonly truths: CommandDeed['truths']
  readonly command: Extract<CommandDeed['command'], { readonly do: 'apply' }>
}

function stageDeeds(run: Run): readonly StageDeed[] {
  return applies(run).flatMap(({ command, at, truths }) => (command.do === 'apply' ? [{ command, at, truths, stage: stagesOf(memberOf(run.order, command.service))[command.stage]?.name ?? '' }] : []))
}

function truth(truths: ReadonlyMap<ServiceId, Truth>, id: ServiceId): Truth {
  return truths.get(id) as Truth
}

function readyAndSoaked(order: Order, id: ServiceId, truths: ReadonlyMap<ServiceId, Truth>, at: number): boolean {
  const { spec, readySince } = truth(truths, id)
  const { changes, soak } = memberOf(order, id)
  return readySince !== undefined && (!changes || (spec === 'new' && at - readySince >= soak))
}

function atTheEnd(run: Run, id: ServiceId, state: ServiceState): readonly string[] {
  const { spec, serves, readySince } = truth(run.truths, id)
  const wrong = (says: string): readonly string[] => [`${id} is ${state.at}, but ${says} (spec ${spec}, ${serves} answers)`]
  switch (state.at) {
    case 'promoted':
      return spec === 'new' && serves === 'new' && readySince !== undefined ? [] : wrong('its new version is not ready')
    case 'undone':
      return (run.existed(id) ? spec === 'old' && serves === 'old' : spec === 'absent') ? [] : wrong('it is not what it was')
    case 'healthy':
      return readySince !== undefined ? [] : wrong('it is not ready')
    case 'left':
      return spec === 'old' || spec === 'remains' ? [] : wrong('its former version was not written back')
    case 'held':
      return run.touchedEver(id) || (run.existed(id) ? spec === 'old' : spec === 'absent') ? [] : wrong('it was touched')
    default:
      return run.existed(id) && serves === 'nobody' ? wrong('nobody answers any more') : []
  }
}

function undoneRightly(run: Run, id: ServiceId, state: ServiceState): readonly string[] {
  if (run.order.onFailure !== 'rollback' || run.ended !== 'whole' || run.cancelled || run.undoesAll) return []
  const failedItself = (reason: string): boolean => reason !== 'FM-DEPLOY-UNDONE-WITH' && reason !== 'FM-DEPLOY-HELD'
  const failures = [...run.end.services].filter(([, other]) => 'because' in other && failedItself('undoing' in other ? other.undoing.code : other.because.code)).map(([other]) => other)
  const { needs, unit } = memberOf(run.order, id)
  const below = (from: readonly ServiceId[], seen = new Set<ServiceId>()): Set<ServiceId> => {
    for (const other of from) {
      if (seen.has(other)) continue
      seen.add(other)
      below(memberOf(run.order, other).needs, seen)
    }
    return seen
  }
  const reaches = failures.some((failure) => failure === id || unit.includes(failure) || below(needs).has(failure))
  if (reaches && state.at === 'promoted') return [`${id} is promoted although something that it needs failed`]
  if (!reaches && !['promoted', 'healthy'].includes(state.at)) return [`${id} is ${state.at} although nothing that it needs failed`]
  return []
}
