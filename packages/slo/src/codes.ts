import { reasonCodes, reasonsFrom } from '@fermata/verdict'

/** What the evidence does not say. None of these is ever a pass. */
const unknown = reasonCodes({
  'FM-SLO-NONE': { severity: 'inconclusive', means: 'No objective was looked at, so nothing is known.', remedy: 'Give the services `slos` in the catalog, or name services that have some; skip the step when no service changed.' },
  'FM-SLO-NO-DATA': { severity: 'inconclusive', means: 'A question to the metrics server had no answer: no series match, or they have no sample in that time. Silence is not success.', remedy: 'Check the selector, that the service is scraped, and the address of the server.' },
  'FM-SLO-NAN': { severity: 'inconclusive', means: 'An answer is NaN or infinite, so it is no count.', remedy: 'Look at the samples of the counter; an exporter that exposes NaN must be corrected.' },
  'FM-SLO-SEVERAL-SERIES': { severity: 'inconclusive', means: 'Several series came where one number was asked for, or another form of answer than the question has.', remedy: 'Check what stands between here and the metrics server: a proxy that joins several servers must deduplicate.' },
  'FM-SLO-PARTIAL': { severity: 'inconclusive', means: 'The metrics server warns that an answer may be partial, so events may be missing from it.', remedy: 'Follow its words: a part of the storage did not answer, or a limit cut the answer.' },
  'FM-SLO-LABEL': { severity: 'inconclusive', means: 'The indicator tells events apart by a label that no series has, so that it would find all of them good.', remedy: 'Correct the name of the label in the selector.' },
  'FM-SLO-NO-BUCKET': { severity: 'inconclusive', means: 'The limit of a quantile is not the bound of any bucket, so the events below it cannot be counted.', remedy: 'Take one of the bounds as target, or give the histogram a bucket with this bound.' },
  'FM-SLO-NO-TRAFFIC': { severity: 'inconclusive', means: 'The counters are there and counted nothing in the whole window, so the service was neither good nor bad.', remedy: 'Check that this is the right service; a service without users needs probes to have an objective.' },
  'FM-SLO-LOW-TRAFFIC': { severity: 'inconclusive', means: 'There were so few events that the budget is less than one of them: a single failure would spend it, and none proves nothing.', remedy: 'Take a longer window, a lower target, several services together, or add probes.' },
  'FM-SLO-COVERAGE': { severity: 'inconclusive', means: 'More than a tenth of the window has no samples, though the service existed: what happened then is not known.', remedy: 'Find out why it was not scraped; until the gap has left the window, decide with an override.' },
  'FM-SLO-RETENTION': { severity: 'inconclusive', means: 'The metrics server forgets sooner than the window of the budget is long, so a part of the window cannot be seen.', remedy: 'Raise the retention of the server, ask one with long-term storage, or shorten error_budget_window.' },
  'FM-SLO-RETENTION-UNKNOWN': { severity: 'inconclusive', means: 'The beginning of the window has no data, and the server does not say how long it remembers: the service may be young, or its past forgotten.', remedy: 'Say it with the input retention, such as 365d.' },
  'FM-SLO-TOO-YOUNG': { severity: 'inconclusive', means: 'A young service has spent the budget of the time that was seen, and would not have of its whole window: neither is proven.', remedy: 'Wait until it has a longer past, or decide with an override.' },
  'FM-SLO-RESTARTS': { severity: 'inconclusive', means: 'The samples of restarted counters do not agree with how often they restarted, so what they counted is not known.', remedy: 'Run again; if it stays, look at what stands between here and the metrics server.' },
  'FM-SLO-INCONSISTENT': { severity: 'inconclusive', means: 'More good events than events, or more bad ones: the two counts are not of the same thing.', remedy: 'Take both sides of the division from the same metric, with the same labels.' },
  'FM-SLO-NOT-ASKED': { severity: 'inconclusive', means: 'A question was not asked, because the metrics server had refused before or the evidence does not have it.', remedy: 'See the first refusal.' },
})

/** What the evidence does say. */
const known = reasonCodes({
  'FM-SLO-SPENT': { severity: 'error', means: 'The error budget is spent: only fixes, security and the way back may go out.', remedy: 'Wait until the budget is back, make the service better, or decide with an override.' },
  'FM-SLO-SCARCE': { severity: 'error', means: 'Less than a tenth of the error budget is left: a feature needs the decision of a person.', remedy: 'Wait until the budget is back, or decide with an override.' },
  'FM-SLO-CAREFUL': { severity: 'warning', means: 'Less than half of the error budget is left.', remedy: 'Release in small steps: as canary, one service at a time.' },
  'FM-SLO-BURNING': { severity: 'error', means: 'The budget burns so fast now, in a long window and in a short one, that it would be gone in days or hours. Whatever goes out now goes into an incident.', remedy: 'End the incident first, with a rollback or a fix.' },
  'FM-SLO-BURNING-SLOWLY': { severity: 'warning', means: 'The budget burns faster than it comes back, in a long window and in a short one.', remedy: 'Find out what fails before it becomes urgent.' },
  'FM-SLO-FEW-EVENTS': { severity: 'warning', means: 'A burn rate is above its limit because of so few events that chance explains it.', remedy: 'Look at these failures; take a longer window or add probes if this happens often.' },
  'FM-SLO-YOUNG': { severity: 'warning', means: 'The service is younger than the window of its budget: it has kept its objective as long as it exists.', remedy: 'Nothing has to be done; the window fills with time.' },
  'FM-SLO-SERVICE-WITHOUT': { severity: 'warning', means: 'A service that was named has no objective, so the answer says nothing about it.', remedy: 'Give it `slos` in the catalog.' },
  'FM-SLO-ALLOWED': { severity: 'note', means: 'The budget would hold back a feature; a change of this class passes by policy, since it is what brings the budget back.', remedy: 'Nothing has to be done.' },
  'FM-SLO-CLASS': { severity: 'note', means: 'How the class of the change was found.', remedy: 'Set change-class if it is wrong.' },
  'FM-SLO-OVERRIDDEN': { severity: 'warning', means: 'A person has decided that the change passes although the budget holds it back.', remedy: 'Nothing has to be done; the decision is in the report.' },
  'FM-SLO-OVERRIDE-ENDED': { severity: 'warning', means: 'The override has ended and was not applied.', remedy: 'Remove it, or decide again.' },
  'FM-SLO-STRETCHED': { severity: 'note', means: 'So many counters restarted that their counts were taken from increase(), which stretches what it saw to the ends of the window.', remedy: 'Nothing has to be done; the error is at most one interval of scraping at each end.' },
})

/** An objective that is not understood. */
const configuration = reasonCodes({
  'FM-SLO-EXPRESSION': { severity: 'error', means: 'An objective in the catalog is not understood: no PromQL, not a form that has a budget, or a target that could mean two things.', remedy: 'Write `good / all`, `1 - bad / all`, or histogram_quantile(q, rate(..._bucket[5m])) with the limit as target.' },
  'FM-SLO-DIALECT': { severity: 'error', means: 'The file has objectives in a form that is not read yet.', remedy: 'Write them under `slos:` as fermata.yaml has them.' },
})

export const sloCodes = { ...unknown, ...known, ...configuration }
export const sloReason = reasonsFrom(sloCodes)
