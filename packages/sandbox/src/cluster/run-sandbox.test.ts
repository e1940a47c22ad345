import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runSandbox } from './run-sandbox.ts'
import { wire } from './testing/client.ts'

test('a sandbox runs until its signal, reachable through the kubeconfig that it writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const kubeconfig = join(folder, 'config')
  const stop = new AbortController()
  const { promise: answered, resolve } = Promise.withResolvers<readonly number[]>()
  const end = runSandbox({
    kubeconfig, namespace: 'shop', signal: stop.signal,
    ready(cluster) {
      const text = readFileSync(kubeconfig, 'utf8')
      const token = /token: "(\w+)"/.exec(text)?.[1] ?? ''
      const client = wire({ url: /server: (\S+)/.exec(text)?.[1] ?? '', ca: cluster.ca }, token)
      void Promise.all(['/version', '/api/v1/namespaces/shop', '/openapi/v3'].map(async (path) => (await client.send('GET', path)).code)).then((codes) => { client.close(); resolve(codes) })
    },
  })
  expect(await answered).toEqual([200, 200, 501])
  expect(statSync(kubeconfig).mode & 0o077).toBe(0)
  stop.abort()
  expect(await end).toEqual({ requests: 3, refused: ['GET /openapi/v3'] })
  expect(existsSync(kubeconfig)).toBe(false)
  rmSync(folder, { recursive: true })
})
