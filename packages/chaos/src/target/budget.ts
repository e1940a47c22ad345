import { readCatalog, type SloEntry } from '@fermata/catalog'
import { checkBudget } from '@fermata/slo'
import { type Evidence, EnvironmentError, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { Experiment } from '../experiment/model.ts'
import type { ChaosRequest } from '../request.ts'
import type { ChaosPorts } from '../run/prepare.ts'

export interface BudgetFinding {
  readonly reasons: readonly Reason[]
  readonly evidence: readonly Evidence[]
}

/**
 * Whether the service can afford an experiment, which spends budget as a new feature does.
 * Asked only where a metrics server is given; then no answer is no permission.
 * @throws ConfigurationError for objectives that are not understood
 */
export async function spentBudget(request: ChaosRequest, ports: Pick<ChaosPorts, 'files' | 'metrics' | 'clock' | 'signal'>, experiment: Experiment): Promise<BudgetFinding> {
  if (request['prometheus-url'] === undefined) return { reasons: [], evidence: [] }
  const objectives = await objectivesOf(request, ports, experiment)
  if (objectives.length === 0) return { reasons: [because('FM-CHAOS-BUDGET-UNKNOWN', { says: 'A metrics server is given, and the catalog has no objective for the target.', remedy: 'Define one under `slos`, or leave out `prometheus-url`.' })], evidence: [] }
  try {
    const metrics = await ports.metrics({ url: request['prometheus-url'], token: request['prometheus-token'] })
    const { verdict, reasons, evidence } = await checkBudget({ objectives, as: 'feature' }, { metrics, clock: ports.clock, signal: ports.signal })
    const names = objectives.map(({ id }) => id).join(', ')
    const own = verdict === 'fail' ? [because('FM-CHAOS-BUDGET-SPENT', { says: `There is no error budget to spend: ${names}.` })] : verdict === 'inconclusive' ? [because('FM-CHAOS-BUDGET-UNKNOWN', { says: `Whether there is error budget to spend is not known: ${names}.` })] : []
    return { reasons: [...own, ...reasons], evidence }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    return { reasons: [because('FM-CHAOS-BUDGET-UNKNOWN', { says: `Whether there is error budget to spend is not known: ${error.reason.message}`, ...(error.reason.remedy !== undefined && { remedy: error.reason.remedy }) })], evidence: [] }
  }
}

/** Those of the service, where the target is one that has some; else all of the catalog. */
async function objectivesOf(request: ChaosRequest, { files }: Pick<ChaosPorts, 'files'>, { target }: Experiment): Promise<readonly SloEntry[]> {
  const catalog = await readCatalog(files, request.config)
  const own = target.by === 'service' ? (catalog.services.get(target.service)?.slos ?? []) : []
  const all = [...catalog.slos.values()]
  return own.length === 0 ? all : all.filter(({ id }) => own.includes(id))
}
