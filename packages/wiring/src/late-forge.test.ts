import { expect, test } from '@jest/globals'
import type { Forge } from '@fermata/ports'
import { lateForge } from './late-forge.ts'

/** Every method says its own name and what it was given: lists as their only entry. */
function echo(): Forge {
  const said = (name: string) => async (...args: readonly unknown[]) => [name, ...args]
  const listed = (name: string) => async function* (...args: readonly unknown[]) {
    yield [name, ...args]
  }
  const names = ['defaultBranch', 'compare', 'pullRequest', 'pullRequestFiles', 'createDeployment', 'setDeploymentState', 'dispatch', 'createIssue', 'comment', 'closeIssue', 'content']
  const lists = ['successfulRuns', 'successfulDeployments', 'releases', 'openIssues']
  return Object.fromEntries([...names.map((name) => [name, said(name)]), ...lists.map((name) => [name, listed(name)])]) as unknown as Forge
}

async function all(list: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for await (const one of list) found.push(one)
  return found
}

test('it is loaded by the first question, once, and each question reaches its own method with all that was said', async () => {
  let loads = 0
  const forge = lateForge(async () => {
    loads += 1
    return echo()
  })
  expect(loads).toBe(0)
  for (const name of Object.keys(echo()) as (keyof Forge)[]) {
    const given = Array.from({ length: forge[name].length }, (_, index) => `${name} ${index}`)
    const answer = (forge[name] as (...args: readonly unknown[]) => unknown)(...given)
    const answers = typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer ? await all(answer as AsyncIterable<unknown>) : [await answer]
    expect(answers).toEqual([[name, ...given]])
  }
  expect(loads).toBe(1)
})

test('an adapter that cannot be loaded is an error of the question', async () => {
  const forge = lateForge(() => Promise.reject(new Error('no such file')))
  await expect(forge.defaultBranch()).rejects.toThrow('no such file')
  await expect(all(forge.releases())).rejects.toThrow('no such file')
})
