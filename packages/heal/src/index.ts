export { selfHeal, type HealRequest } from './request.ts'
export { heal, type HealPorts } from './heal.ts'
export { dispatchProblems, receiverConfig } from './receiver/receiver.ts'
export { healCodes } from './codes.ts'
