import { realClock, type SandboxClock } from '../clock.ts'
import { type Admission, standIn, type StandIn } from '../prometheus/stand-in.ts'
import type { KnownAlert } from './alert.ts'
import type { AlertmanagerConfig } from './config.ts'
import type { Delivery } from './telling.ts'
import { openSilences } from './silences.ts'

export interface AlertmanagerWish {
  readonly config: AlertmanagerConfig
  readonly clock?: SandboxClock
  readonly prefix?: string
  readonly admission?: Admission
  /** What it calls itself. Default: the version whose behaviour it follows. */
  readonly version?: string
  /** Takes the place of the request to a webhook, and answers with its status: for payloads that a template would make. */
  readonly deliver?: (delivery: Delivery) => Promise<number>
}

export interface SandboxAlertmanager extends StandIn {
  /** Resolves when no webhook is being told: only then may a clock that is told move on. */
  readonly quiet: () => Promise<void>
}

/** A stand-in of Alertmanager, API v2, over http on 127.0.0.1. It keeps alerts and silences, groups, waits, and tells webhooks. */
export async function startAlertmanager({ config, clock = realClock(), prefix, admission, version = '0.34.2', deliver = post }: AlertmanagerWish): Promise<SandboxAlertmanager> {
  // Who wants a cluster or GitHub alone does not load regular expressions.
  const [{ answerApi }, { planFrom }, { openGroups }, { mutedBy }] = await Promise.all([import('./api.ts'), import('./config.ts'), import('./groups.ts'), import('./muting.ts')])
  const plan = planFrom(config)
  const alerts = new Map<string, KnownAlert>()
  const silences = openSilences(clock)
  const isMuted = ({ labels }: KnownAlert): boolean => {
    const { silencedBy, inhibitedBy } = mutedBy(labels, { silences, rules: plan.inhibitRules, alerts: alerts.values(), now: clock.now() })
    return silencedBy.length + inhibitedBy.length > 0
  }
  let underWay = 0
  const counted = async (delivery: Delivery): Promise<number> => {
    underWay++
    return deliver(delivery).finally(() => underWay--)
  }
  const groups = openGroups({ clock, plan, isMuted, deliver: counted, externalUrl: () => server.url })
  const site = { clock, config, plan, alerts, silences, groups, startedAt: clock.now(), version }
  const server = await standIn({ clock, prefix, admission, answer: (asked) => answerApi(asked, site) })
  return {
    ...server,
    async quiet() {
      for (let turns = 0; turns < 4; turns++) {
        await turn()
        if (underWay > 0) turns = -1
      }
    },
    async close() {
      groups.stop()
      await server.close()
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

async function post({ url, body }: Delivery): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'user-agent': 'Alertmanager/sandbox' }, body: JSON.stringify(body) })
  await answer.arrayBuffer()
  return answer.status
}
