export type { AlertmanagerConfig, InhibitRuleConfig, ReceiverConfig, RouteConfig, WebhookConfig } from './config.ts'
export type { Delivery } from './telling.ts'
export type { AlertmanagerWish, SandboxAlertmanager } from './start.ts'
export { startAlertmanager } from './start.ts'
