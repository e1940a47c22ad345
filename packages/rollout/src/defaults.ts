/**
 * Every number that the rollout decides with, and where it comes from. Times are milliseconds.
 */

const second = 1_000

/** How many services are worked on at a time. Enough to keep an API server busy, few enough to read along. */
export const parallelism = 8

/** How long a service is expected to need until it is ready, where nothing better is known. It only ranks services; a wrong value costs order, not safety. */
export const expectedSettling = 30 * second

/** How long the look at an unchanged dependency is expected to take. */
export const expectedCheck = 1 * second

/** How often the world is judged again when the cluster reports no change: time passes even where nothing happens. */
export const tick = 2 * second

/** An image that cannot be pulled may be a registry that blips, so it must stay so: Shopify/krane pull request 477. */
export const imagePullPatience = 60 * second

/** A pod that fits nowhere may wait for a node that is on its way. */
export const schedulingPatience = 60 * second

/** As above, where the cluster autoscaler has said that a node is coming; its own limit for a node is 15 minutes. */
export const scaleUpPatience = 900 * second

/** A container may crash once because a dependency was slow; twice since the release began is a crash loop. */
export const restartsThatCount = 2

/** A container that was killed for its memory twice since the release began will be killed again. */
export const memoryKillsThatCount = 2

/** A configuration object that another controller makes (an ExternalSecret, a Certificate) is given this time to appear. */
export const configurationPatience = 60 * second

/** A custom resource without status: its controller is given this time to write one before silence counts as ready. */
export const conditionsPatience = 10 * second

/** How many lines of a failed container's log are shown. */
export const logLines = 20

/** What was last confirmed longer ago says nothing about now. Bookmarks of a watch come about every minute. */
export const silencePatience = 90 * second

/** A log that does not come in this time is reported as missing. */
export const logPatience = 3 * second

/** How long a definition of a kind may take to be served. */
export const definitionPatience = 30 * second

/** How often something is asked for that cannot be watched yet. */
export const pollEvery = 500

/**
 * What may be used after a request to stop. The GitHub runner sends SIGTERM 7.5 s after SIGINT
 * (actions/runner src/Runner.Sdk/ProcessInvoker.cs); the rest is for the report.
 */
export const cancelBudget = 6 * second

/** A write that met a newer version of the object is made again this often. */
export const writeAttempts = 5

/** How many changed fields of one object are shown. */
export const shownChanges = 12

/** A stage whose judgement has no answer when its time is over waits as long again, and at least a minute. */
export function patienceOf(hold: number): number {
  return Math.max(hold, 60 * second)
}

/** How long a canary stays at each share, and a new version beside the old one, where the catalog does not say. */
export const analysisHold = 60 * second

/** How often the metrics of a canary are looked at. */
export const analysisInterval = 60 * second

/** After traffic has gone back to the service itself: kube-proxy and gateways need a moment to see it, and only then the pods beside it go (Argo Rollouts waits 30 s). */
export const trafficSettles = 30 * second

/** What a release has made beside its services lives this long when nobody renews it, in seconds. */
export const fuseSeconds = 300

/** How many questions about objects are asked at a time while a plan is made. */
export const questionsAtATime = 8
