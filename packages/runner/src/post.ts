import { getState, info } from '@actions/core'
import type { Capability } from '@fermata/capability'
import { begin, close, end, endedState, orFail } from './action.ts'
import type { Connect, PostUseCase } from './host.ts'
import { endOf, tryToWrite } from './step.ts'

/**
 * The `post:` step of an action. GitHub runs it also when the main step was cancelled or killed, but not when it never began.
 * It does nothing after a main step that came to its end, whatever its verdict was: such a step has cleaned up after itself.
 */
export async function runPost<C extends Capability>(capability: C, postUseCase: PostUseCase<C> | undefined, connect: Connect): Promise<void> {
  if (postUseCase === undefined || getState(endedState) === 'true') return info(`${capability.name}: nothing was left behind.`)
  const step = begin(capability, '/post')
  const ending = await endOf(step, capability, connect, (request, ports) => postUseCase(request, ports, kept))
  await orFail(step, async () => {
    const [report, paths] = await tryToWrite(step, ending.report)
    close(step, { ...ending, report }, paths)
  })
  await end(step, ending)
}

function kept(name: string): string | undefined {
  const value = getState(name)
  return value === '' ? undefined : value
}
