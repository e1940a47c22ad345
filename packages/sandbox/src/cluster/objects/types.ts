/** The kinds that controllers act on, as far as they look into them. All other fields pass through unseen. */
import type { KubeObject } from '@fermata/ports'

export type Labels = Readonly<Record<string, string>>
export type IntOrString = number | string

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface Requirement { readonly key: string; readonly operator: string; readonly values?: readonly string[] }
export interface LabelSelector { readonly matchLabels?: Labels; readonly matchExpressions?: readonly Requirement[] }

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly lastUpdateTime?: string
  readonly observedGeneration?: number
}

export interface ContainerPort { readonly name?: string; readonly containerPort: number; readonly protocol?: string }
export interface Probe { readonly periodSeconds?: number; readonly failureThreshold?: number; readonly httpGet?: { readonly path?: string; readonly port: IntOrString } }

export interface Container {
  readonly name: string
  readonly image?: string
  readonly imagePullPolicy?: string
  readonly restartPolicy?: string
  readonly ports?: readonly ContainerPort[]
  readonly readinessProbe?: Probe
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels }
  readonly [field: string]: unknown
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly restartPolicy?: string
  readonly nodeName?: string
  readonly terminationGracePeriodSeconds?: number
  readonly [field: string]: unknown
}

export interface TemplateMetadata { readonly labels?: Labels; readonly annotations?: Labels; readonly [field: string]: unknown }
export interface PodTemplate { readonly metadata: TemplateMetadata; readonly spec: PodSpec }

export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: { readonly exitCode: number; readonly reason: string; readonly startedAt: string; readonly finishedAt: string; readonly containerID: string } }

export interface ContainerStatus {
  readonly name: string
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
  readonly ready: boolean
  readonly started?: boolean
  readonly restartCount: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState | Readonly<Record<string, never>>
}

export interface PodStatus {
  readonly phase?: string
  readonly reason?: string
  readonly message?: string
  readonly podIP?: string
  readonly hostIP?: string
  readonly startTime?: string
  readonly qosClass?: string
  readonly conditions?: readonly Condition[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
  readonly [field: string]: unknown
}

export interface Pod extends KubeObject { readonly spec: PodSpec; readonly status: PodStatus }

export interface ReplicaSet extends KubeObject {
  readonly spec: { readonly replicas: number; readonly minReadySeconds?: number; readonly selector: LabelSelector; readonly template: PodTemplate }
  readonly status: { readonly replicas: number; readonly fullyLabeledReplicas?: number; readonly readyReplicas?: number; readonly availableReplicas?: number; readonly terminatingReplicas?: number; readonly observedGeneration?: number; readonly conditions?: readonly Condition[] }
}

export interface DeploymentSpec {
  readonly replicas: number
  readonly selector: LabelSelector
  readonly template: PodTemplate
  readonly strategy: { readonly type: string; readonly rollingUpdate?: { readonly maxSurge: IntOrString; readonly maxUnavailable: IntOrString } }
  readonly minReadySeconds?: number
  readonly revisionHistoryLimit?: number
  readonly paused?: boolean
  readonly progressDeadlineSeconds?: number
}

export interface DeploymentStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  readonly terminatingReplicas?: number
  readonly collisionCount?: number
  readonly conditions?: readonly Condition[]
}

export interface Deployment extends KubeObject { readonly spec: DeploymentSpec; readonly status: DeploymentStatus }

export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas: number
    readonly serviceName?: string
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly podManagementPolicy?: string
    readonly updateStrategy: { readonly type: string; readonly rollingUpdate?: { readonly partition?: number } }
    readonly revisionHistoryLimit?: number
    readonly minReadySeconds?: number
    readonly volumeClaimTemplates?: readonly KubeObject[]
    readonly ordinals?: { readonly start?: number }
  }
  readonly status: { readonly replicas: number; readonly currentRevision?: string; readonly updateRevision?: string; readonly collisionCount?: number; readonly [field: string]: unknown }
}

export interface DaemonSet extends KubeObject {
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplate; readonly minReadySeconds?: number; readonly revisionHistoryLimit?: number; readonly updateStrategy: { readonly type: string; readonly rollingUpdate?: { readonly maxUnavailable?: IntOrString; readonly maxSurge?: IntOrString } } }
  readonly status: { readonly [field: string]: unknown }
}

export interface Job extends KubeObject {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly ttlSecondsAfterFinished?: number
    readonly suspend?: boolean
    readonly selector?: LabelSelector
    readonly template: PodTemplate
  }
  readonly status: { readonly startTime?: string; readonly completionTime?: string; readonly active?: number; readonly succeeded?: number; readonly failed?: number; readonly ready?: number; readonly terminating?: number; readonly conditions?: readonly Condition[]; readonly [field: string]: unknown }
}

export interface ServicePort { readonly name?: string; readonly port: number; readonly targetPort?: IntOrString; readonly protocol?: string; readonly appProtocol?: string }

export interface Service extends KubeObject {
  readonly spec: { readonly type?: string; readonly selector?: Labels; readonly clusterIP?: string; readonly ports?: readonly ServicePort[]; readonly publishNotReadyAddresses?: boolean; readonly [field: string]: unknown }
}

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: { readonly minAvailable?: IntOrString; readonly maxUnavailable?: IntOrString; readonly selector?: LabelSelector; readonly unhealthyPodEvictionPolicy?: string }
  readonly status: { readonly disruptionsAllowed: number; readonly currentHealthy: number; readonly desiredHealthy: number; readonly expectedPods: number; readonly observedGeneration?: number; readonly disruptedPods?: Labels; readonly conditions?: readonly Condition[] }
}
