import { reasonCodes, reasonsFrom } from '@fermata/verdict'

/** Why a plan cannot be made or carried out. */
const planCodes = reasonCodes({
  'FM-DEPLOY-NOTHING-TO-DO': { severity: 'inconclusive', means: 'No service was left to release, so nothing was looked at and nothing is known.', remedy: 'Name services in `services`, or give services of the catalog their `manifests`.' },
  'FM-DEPLOY-NO-MANIFESTS': { severity: 'note', means: 'A service has no manifests, so it cannot be released or looked at.', remedy: 'Give it `manifests` in the catalog.' },
  'FM-DEPLOY-DEPENDENCY-UNSEEN': { severity: 'note', means: 'A dependency has no manifests, so its health is not known.', remedy: 'Give it `manifests` in the catalog if it runs in this cluster.' },
  'FM-DEPLOY-DEPENDENCY-MISSING': { severity: 'error', means: 'A dependency that the release does not contain is not in the cluster.', remedy: 'Release it first, or add it to the input services.' },
  'FM-DEPLOY-STRATEGY-IMPOSSIBLE': { severity: 'error', means: 'The strategy that the catalog asks for cannot be carried out with the objects of the service.', remedy: 'Correct what the message names, or set `deployment_strategy: rolling`.' },
  'FM-DEPLOY-STRATEGY-ROLLING': { severity: 'note', means: 'There is no old version beside which a new one could stand, or no pod changes, so the service is released at once.', remedy: 'Nothing has to be done.' },
  'FM-DEPLOY-SHARE-NEAREST': { severity: 'warning', means: 'A share of the traffic cannot be reached with so few pods, so the nearest one is taken.', remedy: 'Give the service more replicas, choose another share, or let an HTTPRoute or VirtualService carry its traffic.' },
  'FM-DEPLOY-ROUTE-UNFIT': { severity: 'error', means: 'A route cannot give a share of its traffic to a new version.', remedy: 'Correct the route as the message says, or leave `route` out of the catalog.' },
  'FM-DEPLOY-UNJUDGED': { severity: 'note', means: 'A new version gets traffic and no metrics judge it; only its readiness counts.', remedy: 'Give the service `analysis` in the catalog, and the input `prometheus-url`.' },
  'FM-DEPLOY-UNFUSED': { severity: 'note', means: 'While a new version carries traffic it is not removed by itself when the run is killed: taking it away would take its traffic away.', remedy: 'Run `fermata sweep` in a scheduled workflow: it puts traffic back first.' },
  'FM-DEPLOY-MIGRATION': { severity: 'error', means: 'Migration scripts of a service cannot be run as they are.', remedy: 'Correct what the message names.' },
  'FM-DEPLOY-IMAGE-UNPINNED': { severity: 'warning', means: 'An image is named by a tag, which may mean another image tomorrow.', remedy: 'Name it by digest: image@sha256:...' },
  'FM-DEPLOY-CONFIG-NOT-RELOADED': { severity: 'note', means: 'Configuration of a service changes and its pods do not, so running pods may go on with the old values.', remedy: 'Put a hash of the configuration into the pod template, or into the name of the ConfigMap, if the program does not read it again by itself.' },
  'FM-DEPLOY-SEVERAL-WORKLOADS': { severity: 'note', means: 'A service consists of several workloads. They are written together and must all be ready.', remedy: 'Nothing has to be done, unless they should go out one after the other: then make them services of their own.' },
  'FM-DEPLOY-SHARED-OBJECT': { severity: 'error', means: 'Two services of the release contain the same object, so each would overwrite the other.', remedy: 'Leave it to one of them, by `objects` of its manifests.' },
  'FM-DEPLOY-CYCLE': { severity: 'note', means: 'Services depend on each other in a cycle; they go out as one.', remedy: 'Nothing has to be done, unless the cycle is a mistake in `dependencies`.' },
  'FM-DEPLOY-FIELD-CONFLICT': { severity: 'error', means: 'Another field manager owns a field that the manifests set to another value.', remedy: 'Remove the field from the manifest, or set `field-conflicts: force` to take it over.' },
  'FM-DEPLOY-FORBIDDEN': { severity: 'error', means: 'The identity of the kubeconfig may not do what the plan needs.', remedy: 'Grant it the verb on the resource that the message names.' },
  'FM-DEPLOY-UNDO-FORBIDDEN': { severity: 'warning', means: 'The identity of the kubeconfig may create an object and may not delete it, so the release could not be undone wholly.', remedy: 'Grant it delete on the resource that the message names.' },
  'FM-DEPLOY-NAMESPACE-NOT-FOUND': { severity: 'error', means: 'The namespace does not exist and no manifest creates it.', remedy: 'Create it, correct `namespace`, or add it to the manifests of a service.' },
  'FM-DEPLOY-KIND-UNKNOWN': { severity: 'error', means: 'The cluster does not serve this kind, and no manifest of the release defines it.', remedy: 'Install its CustomResourceDefinition, or correct apiVersion and kind.' },
  'FM-DEPLOY-OBJECT-REFUSED': { severity: 'error', means: 'The API server refuses an object of the manifests.', remedy: 'Correct the field that the message names.' },
  'FM-DEPLOY-PLAN-DIFFERS': { severity: 'error', means: 'What would be done now is not what the given plan says.', remedy: 'Look at the differences, then make and approve a new plan.' },
  'FM-DEPLOY-UNDER-WAY': { severity: 'error', means: 'Another run releases one of the services now. Two at once would overwrite each other.', remedy: 'Wait until it has ended, then release again. A run that was killed lets go by itself within a minute.' },
  'FM-DEPLOY-APPROVAL-REQUIRED': { severity: 'error', means: 'The environment wants an approved plan, and none was given.', remedy: 'Run mode plan, have its file approved, and give it as `plan`.' },
})

/** How a service that fails, fails. */
const serviceCodes = reasonCodes({
  'FM-DEPLOY-APPLY-FAILED': { severity: 'error', means: 'The API server refused to write an object of the service.', remedy: 'Correct what the message names, and release again.' },
  'FM-DEPLOY-NOT-READY': { severity: 'error', means: 'The service was not ready and soaked within its time.', remedy: 'See what it lacked; give it a longer `timeout` only if it was on its way.' },
  'FM-DEPLOY-IMAGE-NOT-FOUND': { severity: 'error', means: 'The registry does not have the image, or does not show it to this cluster.', remedy: 'Push the image, correct the reference, or give the pod an image pull secret.' },
  'FM-DEPLOY-IMAGE-NOT-PULLED': { severity: 'error', means: 'The image could not be pulled for a minute.', remedy: 'Check that the registry can be reached from the nodes.' },
  'FM-DEPLOY-IMAGE-INVALID': { severity: 'error', means: 'The image reference has no valid form, or may not be pulled by policy.', remedy: 'Correct the image reference or its pull policy.' },
  'FM-DEPLOY-CONTAINER-CONFIG': { severity: 'error', means: 'The container cannot be created: something that its configuration refers to is missing or wrong.', remedy: 'Add the ConfigMap, Secret or key that the message names to the manifests.' },
  'FM-DEPLOY-CONTAINER-CANNOT-RUN': { severity: 'error', means: 'The container runtime cannot start the container.', remedy: 'Check command, arguments, working directory and security context.' },
  'FM-DEPLOY-CRASH-LOOP': { severity: 'error', means: 'A container ends again and again since the release began.', remedy: 'See the last lines of its log.' },
  'FM-DEPLOY-OUT-OF-MEMORY': { severity: 'error', means: 'A container was killed for its memory more than once since the release began.', remedy: 'Raise its memory limit, or find out what uses the memory.' },
  'FM-DEPLOY-UNSCHEDULABLE': { severity: 'error', means: 'A pod fits on no node.', remedy: 'Lower its requests, correct its selectors and tolerations, or add nodes.' },
  'FM-DEPLOY-POD-FAILED': { severity: 'error', means: 'A pod has failed and nobody starts it again.', remedy: 'See the last lines of its log.' },
  'FM-DEPLOY-PODS-REFUSED': { severity: 'error', means: 'The cluster refuses to create pods for the workload: quota, admission or permission.', remedy: 'Correct what the message names, or ask who sets the quota or policy.' },
  'FM-DEPLOY-DEADLINE-EXCEEDED': { severity: 'error', means: 'The workload made no progress for its own progressDeadlineSeconds.', remedy: 'See which pods are not ready, and why.' },
  'FM-DEPLOY-PAUSED': { severity: 'error', means: 'The Deployment is paused, so its controller will not roll it out.', remedy: 'Resume it: remove spec.paused.' },
  'FM-DEPLOY-JOB-FAILED': { severity: 'error', means: 'A Job of the service has failed.', remedy: 'See the last lines of its log.' },
  'FM-DEPLOY-VOLUME': { severity: 'error', means: 'A volume claim cannot be bound.', remedy: 'Check storage class, size and access mode.' },
  'FM-DEPLOY-CONDITION-FAILED': { severity: 'error', means: 'The controller of a custom resource reports that it has failed.', remedy: 'See the condition in the message.' },
  'FM-DEPLOY-OBJECT-GONE': { severity: 'error', means: 'An object of the service was deleted while it was waited for.', remedy: 'Find out who deletes it, and release again.' },
  'FM-DEPLOY-CANARY-WORSE': { severity: 'error', means: 'The new version fails more often than the old one at the same time, more than chance explains.', remedy: 'See the counts, and what the new version logs.' },
  'FM-DEPLOY-CANARY-UNKNOWN': { severity: 'error', means: 'Whether the new version is worse could not be judged: there were no metrics, or too few requests.', remedy: 'Check the queries under `analysis`, give it more time by `hold`, or accept it with `on-inconclusive: warn`.' },
  'FM-DEPLOY-NO-READY-PODS': { severity: 'error', means: 'A version that has traffic, or was to get it, has no ready pod.', remedy: 'See why its pods are not ready.' },
  'FM-DEPLOY-TRAFFIC-NOT-MOVED': { severity: 'error', means: 'A route could not be changed, or does not say what was written to it.', remedy: 'Find out who else writes it.' },
  'FM-DEPLOY-DEPENDENCY-UNHEALTHY': { severity: 'error', means: 'A dependency that the release does not change is not healthy.', remedy: 'Repair it, or release it too.' },
})

/** What follows from a failure, and from a request to stop. */
const courseCodes = reasonCodes({
  'FM-DEPLOY-HELD': { severity: 'note', means: 'The service was not started, since something that it needs is not there.', remedy: 'Release it again when what it needs is ready.' },
  'FM-DEPLOY-HALTED': { severity: 'note', means: 'The service was not started, since another failed and `on-failure` is halt.', remedy: 'Repair the failed service and release again.' },
  'FM-DEPLOY-UNDONE-WITH': { severity: 'note', means: 'The service was undone, since it needs one that failed.', remedy: 'Release it again together with the repaired one.' },
  'FM-DEPLOY-CANCELLED': { severity: 'error', means: 'Somebody asked the run to stop.', remedy: 'Release again, or undo what was left with `fermata rollback --release`.' },
  'FM-DEPLOY-ROLLBACK-ASKED': { severity: 'note', means: 'The service was undone because a rollback of its release was asked for.', remedy: 'Nothing has to be done.' },
  'FM-DEPLOY-UNDO-FAILED': { severity: 'error', means: 'The service could not be brought back to what it was. A person is needed.', remedy: 'Look at the service now, then run `fermata rollback --release` again.' },
  'FM-DEPLOY-UNDO-UNREADY': { severity: 'error', means: 'What the service was has been written back, but it is not ready again.', remedy: 'Look at the service now: its former version does not become ready either.' },
  'FM-DEPLOY-KEPT': { severity: 'error', means: 'What the release created for the service is kept, since one that may use it could not be undone.', remedy: 'Repair the other service, then run `fermata rollback --release` again.' },
  'FM-DEPLOY-UNRECORDED': { severity: 'warning', means: 'The services run what was to be released, and no GitHub Deployment says so. The next `since: last-deploy` counts them as changed.', remedy: 'See why GitHub was not told: the job needs `deployments: write`, and its checkout the commit that GitHub knows.' },
  'FM-DEPLOY-RECORD-STALE': { severity: 'error', means: 'A GitHub Deployment may still say that services run what was undone. The next `since: last-deploy` would pass over them.', remedy: 'Make the Deployments of the release inactive, or run the next release with `since: all`.' },
  'FM-DEPLOY-LEFT-BEHIND': { severity: 'note', means: 'Something that the release created is not deleted by its undoing, since others may have put something into it.', remedy: 'Delete it yourself when nothing in it is needed.' },
  'FM-DEPLOY-INTENT-CHANGED': { severity: 'error', means: 'A release that was left before it ended was to be resumed, and the manifests have changed since, so it was undone.', remedy: 'Release what the manifests say now.' },
  'FM-DEPLOY-UNFINISHED': { severity: 'warning', means: 'A release was left before it ended: its run was killed, or is still under way.', remedy: 'If no run is under way, go on with it by `fermata resume`, or undo it by `fermata abort`.' },
  'FM-DEPLOY-SUPERSEDED': { severity: 'error', means: 'A later release has changed the object, so an older one may not be undone through it.', remedy: 'Undo the later release first.' },
  'FM-DEPLOY-RELEASE-UNKNOWN': { severity: 'error', means: 'There is no journal of the release in the namespace.', remedy: 'See `fermata status` for the releases that are there.' },
  'FM-DEPLOY-EVENTS-UNREADABLE': { severity: 'note', means: 'Events of the namespace cannot be read, so some causes are named less exactly.', remedy: 'Grant list and watch on events.' },
})

/** Every code of this package. */
export const rolloutCodes = { ...planCodes, ...serviceCodes, ...courseCodes }
export type RolloutCode = keyof typeof rolloutCodes

export const because = reasonsFrom(rolloutCodes)
