export type { Catalog, Environment, ManifestSource, Service, ServiceId, ServiceRole, SharedRule, SloEntry, Strategy } from './model.ts'
export type { Graph, Reach, Schedule } from './graph-types.ts'
