import type { AccessQuestion, Clock, Cluster, KubeObject, ObjectRef } from '@fermata/ports'
import type { OwnerReference } from '@fermata/custody'
import type { Reason } from '@fermata/verdict'
import type * as z from 'zod/mini'
import type { Amount, TargetWish } from '../experiment/model.ts'

/** A pod that is to be hit. The uid tells it from one that takes its place. */
export interface Victim {
  readonly name: string
  readonly uid: string
}

/** What a fault is aimed at: everything that its plan shows, and nothing that is only known later. */
export interface Aim {
  readonly id: string
  readonly namespace: string
  /** Selects all pods of the target. */
  readonly selector: Readonly<Record<string, unknown>>
  readonly victims: readonly Victim[]
  /** All pods of the target that are there, as they are; the victims are among them. */
  readonly pods: readonly KubeObject[]
}

/** Where a fault is carried out. */
export interface Site {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly aim: Aim
}

/** What a fault does to one thing, for the plan. */
export interface Touch {
  readonly does: 'delete' | 'evict' | 'create'
  readonly ref: ObjectRef
  readonly why: string
  /** The object as it will be created. */
  readonly object?: KubeObject
}

/** Who owns what is created, and under which number it is written. */
export interface Hold {
  readonly owner: OwnerReference
  readonly fence: number
  /** Throws when the lease or the fuse is lost. Called right before each write. */
  readonly assure: () => void
}

interface Common {
  readonly kind: string
  /** One sentence for people: what it is going to do. */
  readonly says: string
  /** Access rules beyond those of custody and of looking at pods. */
  readonly needs: readonly { readonly verb: AccessQuestion['verb']; readonly group: string; readonly resource: string }[]
  /** Everything that it will touch. */
  readonly touches: (aim: Aim) => readonly Touch[]
  /** What stands against it, found by asking the cluster without changing anything. */
  readonly rehearse: (site: Site) => Promise<readonly Reason[]>
}

/** Done in one moment; the cluster heals by itself, and nothing of ours is left. */
export interface Blow extends Common {
  readonly lasts: 'a moment'
  /** What each victim answered. A victim that was gone already was not hit. Throws a ClusterError. */
  readonly strike: (site: Site, assure: () => void) => Promise<readonly { readonly victim: Victim; readonly hit: boolean }[]>
  /** Whether the cluster shows it on every victim that was hit. */
  readonly shows: (site: Site, hit: readonly Victim[]) => Promise<boolean>
}

/** In effect until it is lifted. What it creates belongs to a fuse. */
export interface Siege extends Common {
  readonly lasts: 'until lifted'
  readonly durationMs: number
  readonly lay: (site: Site, hold: Hold) => Promise<void>
  /** False when there was nothing to lift: somebody else was faster. */
  readonly lift: (site: Site) => Promise<boolean>
  /** Whether the cluster no longer has anything of it. */
  readonly lifted: (site: Site) => Promise<boolean>
}

export type Fault = Blow | Siege

/** What an activity of another tool means here. */
export type ToolkitMeaning = { readonly target: TargetWish; readonly namespace: string | undefined; readonly amount: Amount | undefined; readonly settings: Readonly<Record<string, unknown>> } | { readonly problem: string }

/** One kind of fault: all that the rest of the house knows of it. */
export interface FaultKind {
  readonly kind: string
  readonly about: string
  /** How many pods it hits where nothing is said. */
  readonly usually: Amount
  /** Whether it ends by itself or has a duration. */
  readonly lasts: Fault['lasts']
  /** Its settings beside `kind`, `count`, `share` and `duration`. */
  readonly settings: z.ZodMiniType
  /** From settings that the schema has let through. `durationMs` is given exactly for what lasts. */
  readonly make: (settings: unknown, durationMs: number) => Fault
  /** Functions of Chaos Toolkit that mean this fault, `module.function`, and how their arguments are read. */
  readonly toolkit: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => ToolkitMeaning>>
  /** Functions of Chaos Toolkit that only undo it; what is undone here anyway need not be asked for. */
  readonly toolkitUndo: readonly string[]
}

/** A kind whose settings have a type between the schema and what is made of them. */
export function faultKind<S>(kind: Omit<FaultKind, 'settings' | 'make'> & { readonly settings: z.ZodMiniType<S>; readonly make: (settings: S, durationMs: number) => Fault }): FaultKind {
  return { ...kind, make: (settings, durationMs) => kind.make(settings as S, durationMs) }
}
