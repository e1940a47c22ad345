import { reasonCodes, reasonsFrom } from '@fermata/verdict'

/** Why nothing was injected. */
const beforeCodes = reasonCodes({
  'FM-CHAOS-EXPERIMENT': { severity: 'error', means: 'The experiment cannot be read, or says something that has no meaning.', remedy: 'Correct what the message names.' },
  'FM-CHAOS-PROVIDER': { severity: 'error', means: 'An experiment of Chaos Toolkit asks for a provider that is not carried out here. Nothing was injected.', remedy: 'Use an http probe and one of the faults that the message names.' },
  'FM-CHAOS-IGNORED': { severity: 'warning', means: 'A part of an experiment of Chaos Toolkit was not carried out.', remedy: 'Remove it, or run the experiment with Chaos Toolkit.' },
  'FM-CHAOS-CONTEXT': { severity: 'error', means: 'Nobody said in which context of the kubeconfig the experiment may run, or it is another one.', remedy: 'Name the context: input `context`, `context` of the environment, or `contexts` of the experiment.' },
  'FM-CHAOS-NO-TARGET': { severity: 'inconclusive', means: 'No pod that is ready matches the target, so nothing could be tested.', remedy: 'Correct the target, or start the service first.' },
  'FM-CHAOS-BLAST-RADIUS': { severity: 'error', means: 'The experiment would hit more pods than it may.', remedy: 'Lower `count` or `share` of the fault, or widen the input `blast-radius`.' },
  'FM-CHAOS-MIN-REMAINING': { severity: 'error', means: 'Too few ready pods would be left untouched.', remedy: 'Hit fewer pods, run more replicas, or lower the input `min-remaining`.' },
  'FM-CHAOS-PROTECTED': { severity: 'error', means: 'The namespace of the target is protected.', remedy: 'Aim at another namespace, or change the input `protected-namespaces`.' },
  'FM-CHAOS-FORBIDDEN': { severity: 'error', means: 'The identity of the kubeconfig may not do what the experiment or its undoing needs. Nothing was injected.', remedy: 'Grant it the verb on the resource that the message names.' },
  'FM-CHAOS-DISRUPTION-BUDGET': { severity: 'error', means: 'A PodDisruptionBudget does not allow the eviction now.', remedy: 'Wait until more pods are healthy, or give the budget room.' },
  'FM-CHAOS-NOT-SELECTABLE': { severity: 'error', means: 'A NetworkPolicy selects pods by labels, and the chosen ones have none that the others have not.', remedy: 'Partition all pods (`share: 100%`), or pods of a StatefulSet.' },
  'FM-CHAOS-REFUSED': { severity: 'error', means: 'The cluster does not take what the fault needs: admission, quota or form.', remedy: 'Change what the message names.' },
  'FM-CHAOS-LET-THROUGH': { severity: 'warning', means: 'Another NetworkPolicy allows traffic to the same pods. Policies add up, so the partition may not be one.', remedy: 'Expect no effect, or aim at pods that no such policy selects.' },
  'FM-CHAOS-UNMANAGED': { severity: 'error', means: 'A pod has no controller that would replace it.', remedy: 'Aim at pods of a workload.' },
  'FM-CHAOS-BUDGET-SPENT': { severity: 'error', means: 'A service has no error budget to spend on an experiment.', remedy: 'Wait until its budget has recovered.' },
  'FM-CHAOS-BUDGET-UNKNOWN': { severity: 'inconclusive', means: 'The error budget of the service could not be told, so nothing was spent of it.', remedy: 'Look at what the message names, or leave out `prometheus-url`.' },
  'FM-CHAOS-LEASE-TAKEN': { severity: 'inconclusive', means: 'Another run works on the same service, so the experiment did not begin.', remedy: 'Wait until it has ended.' },
  'FM-CHAOS-STEADY-STATE': { severity: 'inconclusive', means: 'The steady state did not hold before the fault, so nothing was injected and nothing was tested.', remedy: 'Repair the service, or correct the probe.' },
})

/** Why a fault that was injected shows nothing, or something bad. */
const duringCodes = reasonCodes({
  'FM-CHAOS-INJECTION-FAILED': { severity: 'error', means: 'The fault could not be injected, or only in part.', remedy: 'See the message; what was injected has been undone.' },
  'FM-CHAOS-NO-EFFECT': { severity: 'inconclusive', means: 'The fault was injected and nobody noticed: no pod was gone or unready, and no probe failed.', remedy: 'Check that the probe leads through the target, and that the cluster enforces NetworkPolicies.' },
  'FM-CHAOS-NOT-RECOVERED': { severity: 'error', means: 'The service was not good again within its time.', remedy: 'See which samples failed, and how.' },
  'FM-CHAOS-RECOVERY-SLA': { severity: 'error', means: 'The service was good again, later than `recovery-sla` allows.', remedy: 'Make it recover faster: readiness, replicas, retries, timeouts.' },
  'FM-CHAOS-RECOVERY-CLOSE': { severity: 'inconclusive', means: 'The limit lies between the last bad and the first good sample, so it cannot be said whether it was kept.', remedy: 'Sample more often: `sampling.every`.' },
  'FM-CHAOS-REPLICAS-MISSING': { severity: 'error', means: 'The service answers, and fewer pods are ready than before the fault.', remedy: 'See why its pods are not replaced.' },
  'FM-CHAOS-RELAPSED': { severity: 'warning', means: 'After its recovery the service failed again.', remedy: 'See when, and what happened then.' },
  'FM-CHAOS-FAILED-RATE': { severity: 'error', means: 'More requests failed than `max-failed-rate` allows.', remedy: 'Make failures rarer: readiness gates, connection draining, retries.' },
  'FM-CHAOS-TOO-FEW-SAMPLES': { severity: 'inconclusive', means: 'There are too few samples to say whether the limit of failed requests was kept.', remedy: 'Sample more often or longer: `sampling.every`, `sampling.window`.' },
  'FM-CHAOS-RATE-UNDECIDED': { severity: 'inconclusive', means: 'The share of failed requests is so close to the limit that more samples are needed to tell.', remedy: 'Sample more often or longer: `sampling.every`, `sampling.window`.' },
  'FM-CHAOS-SAMPLING-GAP': { severity: 'inconclusive', means: 'The samples were not taken on time, so what happened in between is not known.', remedy: 'Run it on a machine that has less other work, or sample less often.' },
  'FM-CHAOS-UNDO-REFUSED': { severity: 'error', means: 'The fault could not be lifted by us.', remedy: 'See the message. What a fuse owns is removed by the cluster itself.' },
  'FM-CHAOS-GONE-EARLY': { severity: 'inconclusive', means: 'What the fault had created was removed by somebody else, so how long it was in effect is not known.', remedy: 'Find out who removed it: another sweep, a GitOps controller, or a person.' },
  'FM-CHAOS-UNDO-UNPROVEN': { severity: 'error', means: 'It is not proven that the fault is gone.', remedy: 'Look at the object now, then run `fermata chaos sweep`.' },
  'FM-CHAOS-LOST': { severity: 'error', means: 'The run lost its lease or its fuse, or the cluster stopped answering, so the experiment was given up.', remedy: 'See the message.' },
  'FM-CHAOS-CANCELLED': { severity: 'error', means: 'Somebody asked the run to stop.', remedy: 'Run it again.' },
  'FM-CHAOS-UNFINISHED': { severity: 'warning', means: 'An experiment was left before it ended.', remedy: 'If no run is under way, run `fermata chaos sweep`.' },
})

/** Every code of this package. */
export const chaosCodes = { ...beforeCodes, ...duringCodes }
export type ChaosCode = keyof typeof chaosCodes

export const because = reasonsFrom(chaosCodes)
