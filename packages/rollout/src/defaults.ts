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

/** etcd takes 1.5 MiB for an object, the API server 1 MiB for a ConfigMap's data. What is above is refused before anything is written. */
export const journalBytes = 900 * 1024

/** How many changed fields of one object are shown. */
export const shownChanges = 12

/** How many questions about objects are asked at a time while a plan is made. */
export const questionsAtATime = 8
