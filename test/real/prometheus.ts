import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Story } from '../contract/metrics/samples.ts'
import { bin, type Company, freePorts, isBuilt, openCompany } from './company.ts'
import { snappyBlock, writeRequest } from './remote-write.ts'

export function prometheusIsBuilt(): boolean {
  return isBuilt('prometheus')
}

export interface RealPrometheus {
  readonly url: string
  stop(): Promise<void>
}

export interface RealWish {
  readonly prefix?: string | undefined
  /** With the bcrypt hash of the password. */
  readonly user?: { readonly name: string; readonly password: string; readonly hash: string }
}

/**
 * A real Prometheus on a free port of 127.0.0.1 that scrapes nothing and holds these samples.
 * Its first block is two months long, so that nothing is compacted while a test runs.
 */
export async function startRealPrometheus(stories: readonly Story[], { prefix = '', user }: RealWish = {}): Promise<RealPrometheus> {
  const company = openCompany()
  const [port = 0] = await freePorts(1)
  const file = (name: string, content: string): string => {
    writeFileSync(join(company.folder, name), content)
    return join(company.folder, name)
  }
  const url = `http://127.0.0.1:${port}${prefix}`
  try {
    await company.start({
      name: 'prometheus',
      file: join(bin, 'prometheus'),
      args: [
        `--config.file=${file('prometheus.yml', 'global: {}\n')}`, `--storage.tsdb.path=${join(company.folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--web.enable-remote-write-receiver', '--storage.tsdb.retention.time=400d',
        '--storage.tsdb.min-block-duration=1500h', '--storage.tsdb.max-block-duration=1500h', '--log.level=warn', `--web.route-prefix=${prefix === '' ? '/' : prefix}`, `--web.external-url=http://127.0.0.1:${port}${prefix}`,
        ...(user === undefined ? [] : [`--web.config.file=${file('web.yml', JSON.stringify({ basic_auth_users: { [user.name]: user.hash } }))}`]),
      ],
    })
    await answering(company, url, user)
    for (const story of stories) await remember(url, [story])
  } catch (error) {
    await company.close()
    throw error
  }
  return { url, stop: () => company.close() }
}

async function answering(company: Company, url: string, user: RealWish['user']): Promise<void> {
  const headers = user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}` }
  const begin = performance.now()
  for (;;) {
    const status = await fetch(`${url}/-/ready`, { headers }).then((answer) => answer.status, () => 0)
    if (status === 200) return
    if (performance.now() - begin > 30_000) throw new Error(`Prometheus is not ready after 30 s. The end of its log:\n${company.log('prometheus')}`)
    await wait(50)
  }
}

/** Samples of the past, by remote write. */
export async function remember(url: string, stories: readonly Story[]): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
    body: new Uint8Array(snappyBlock(writeRequest(stories))),
  })
  if (!answer.ok) throw new Error(`Prometheus does not take the samples of ${stories.map(({ name }) => name).join(', ')}: ${answer.status} ${await answer.text()}`)
}
