import { reasonCodes, reasonsFrom } from '@fermata/verdict'

/** Why nothing is done, or not yet. */
const skipCodes = reasonCodes({
  'FM-HEAL-PAYLOAD': { severity: 'inconclusive', means: 'What the dispatch carries is no alert that can be read.', remedy: 'Send what `fermata heal receiver` prints.' },
  'FM-HEAL-COERCED': { severity: 'warning', means: 'A label came as a number or a truth value, so its text may not be what it was: 1.10 has become 1.1.', remedy: 'Use Alertmanager 0.34 or newer, and the payload that `fermata heal receiver` prints.' },
  'FM-HEAL-TOO-MANY-ALERTS': { severity: 'warning', means: 'The dispatch carries more alerts than are looked at in one run.', remedy: 'Set `max_alerts` in the receiver; the next notification brings the rest.' },
  'FM-HEAL-UNKNOWN-SERVICE': { severity: 'inconclusive', means: 'The alert names no service of the catalog.', remedy: 'Give the alert a label `service` with an id of the catalog.' },
  'FM-HEAL-NO-LIVE-STATE': { severity: 'inconclusive', means: 'Nobody can be asked whether the alert still fires, and nothing is done on the word of a dispatch alone.', remedy: 'Set `alertmanager-url` or `prometheus-url`.' },
  'FM-HEAL-NOT-FIRING': { severity: 'note', means: 'The alert does not fire any more, or never did.', remedy: 'Nothing has to be done.' },
  'FM-HEAL-SUPPRESSED': { severity: 'note', means: 'The alert is silenced or inhibited: somebody knows of it.', remedy: 'Nothing has to be done; when the silence ends, Alertmanager tells again.' },
  'FM-HEAL-PAUSED': { severity: 'note', means: 'The workload carries the annotation `fermata.dev/heal: paused`.', remedy: 'Remove the annotation when healing may act again.' },
  'FM-HEAL-IN-PROGRESS': { severity: 'note', means: 'Another run acts on this service now.', remedy: 'Nothing has to be done: one is enough.' },
  'FM-HEAL-DUPLICATE': { severity: 'note', means: 'The same alert was dealt with already.', remedy: 'Nothing has to be done.' },
  'FM-HEAL-COOLDOWN': { severity: 'note', means: 'The service was healed a short time ago, and nothing more is done until `cooldown` is over.', remedy: 'Look at what healed it if the alert goes on.' },
  'FM-HEAL-BUSY': { severity: 'note', means: 'A release or another run holds the lease of the service.', remedy: 'Nothing has to be done: the alert is told again if it goes on.' },
  'FM-HEAL-NO-WORKLOAD': { severity: 'inconclusive', means: 'The service has no workload in the cluster that could be acted on.', remedy: 'Check `manifests` of the service, context and namespace.' },
})

/** Why one remedy can't help. The next one is tried. */
const rungCodes = reasonCodes({
  'FM-HEAL-GITOPS': { severity: 'note', means: 'Argo CD or Flux owns the workload and would take the change back.', remedy: 'Change it in the repository that it is reconciled from.' },
  'FM-HEAL-AT-MOST': { severity: 'note', means: 'The workload has as many replicas as it may have.', remedy: 'Raise the maximum of its autoscaler.' },
  'FM-HEAL-NOT-SCALABLE': { severity: 'note', means: 'The workload has no number of replicas that could be raised.', remedy: 'Nothing has to be done: another action is tried.' },
  'FM-HEAL-NO-ROLLOUT': { severity: 'note', means: 'No rollout began shortly before the alert, so the version is not the cause.', remedy: 'Nothing has to be done: another action is tried.' },
  'FM-HEAL-NO-FORMER': { severity: 'note', means: 'There is no former version that is known to have served.', remedy: 'Nothing has to be done: another action is tried.' },
  'FM-HEAL-CIRCLE': { severity: 'note', means: 'The former version was rolled back from before: going there again would be a circle.', remedy: 'Find out why both versions fail.' },
  'FM-HEAL-CHANGED': { severity: 'note', means: 'The object was changed by somebody else while the action was decided.', remedy: 'Nothing has to be done: the alert is told again if it goes on.' },
  'FM-HEAL-REFUSED': { severity: 'warning', means: 'The cluster refused the action.', remedy: 'Grant what the message names, or remove the action from `actions`.' },
})

/** How it ended. */
const endCodes = reasonCodes({
  'FM-HEAL-HEALED': { severity: 'note', means: 'An action has helped: the alert is silent, the workload is ready, the budget no longer burns.', remedy: 'Look for the cause at leisure.' },
  'FM-HEAL-RESOLVED': { severity: 'note', means: 'The alert has ended, and its incident was closed.', remedy: 'Nothing has to be done.' },
  'FM-HEAL-NO-EFFECT': { severity: 'warning', means: 'An action has not helped within its time. It was taken back where that is possible.', remedy: 'See what was tried next.' },
  'FM-HEAL-UNDO-FAILED': { severity: 'error', means: 'An action that did not help could not be taken back.', remedy: 'Take back by hand what the message names.' },
  'FM-HEAL-LIMIT': { severity: 'error', means: 'The service has had as many actions as it may have within an hour.', remedy: 'A person must look at it.' },
  'FM-HEAL-EXHAUSTED': { severity: 'error', means: 'Nothing that may be done has helped.', remedy: 'A person must look at it.' },
  'FM-HEAL-LEFT-OVER': { severity: 'note', means: 'A run that was killed had begun an action. It was taken back where that is possible, and counts as tried.', remedy: 'Nothing has to be done.' },
  'FM-HEAL-NOTHING-LEFT': { severity: 'note', means: 'No run has left anything half done.', remedy: 'Nothing has to be done.' },
  'FM-HEAL-UNPROVEN': { severity: 'inconclusive', means: 'Whether an action has helped could not be found out.', remedy: 'Look at the service.' },
  'FM-HEAL-NO-INCIDENT': { severity: 'warning', means: 'The incident could not be told in an issue.', remedy: 'Give the token `issues: write`.' },
  'FM-HEAL-PLANNED': { severity: 'note', means: 'What mode heal would do.', remedy: 'Nothing was done.' },
  'FM-HEAL-TOO-LARGE': { severity: 'error', means: 'GitHub does not take the payload.', remedy: 'Lower `max_alerts`, or send fewer annotations.' },
})

export const healCodes = { ...skipCodes, ...rungCodes, ...endCodes } as const
export type HealCode = keyof typeof healCodes

export const because = reasonsFrom(healCodes)
