export type { CounterStory, HistogramStory, LabelRecord, Scraping, Telling, Told, ToldSample } from './history.ts'
export type { Admission, MonitoringFault, MonitoringFaultKind } from './stand-in.ts'
export type { PrometheusWish, SandboxPrometheus } from './start.ts'
export { startPrometheus } from './start.ts'
