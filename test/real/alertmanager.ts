import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AlertmanagerConfig } from '@fermata/sandbox'
import { bin, freePorts, isBuilt, openCompany } from './company.ts'

export function alertmanagerIsBuilt(): boolean {
  return isBuilt('alertmanager')
}

export interface RealAlertmanager {
  readonly url: string
  stop(): Promise<void>
}

/** A real Alertmanager on a free port of 127.0.0.1, without a cluster. It tells at once what is due when it starts. */
export async function startRealAlertmanager(config: AlertmanagerConfig, prefix = ''): Promise<RealAlertmanager> {
  const company = openCompany()
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}${prefix}`
  const file = join(company.folder, 'alertmanager.yml')
  writeFileSync(file, JSON.stringify(config))
  try {
    await company.start({
      name: 'alertmanager',
      file: join(bin, 'alertmanager'),
      args: [`--config.file=${file}`, `--storage.path=${join(company.folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=', '--log.level=warn', `--web.route-prefix=${prefix === '' ? '/' : prefix}`, `--web.external-url=http://127.0.0.1:${port}${prefix}`],
    })
    const begin = performance.now()
    while ((await fetch(`${url}/-/ready`).then(({ status }) => status, () => 0)) !== 200) {
      if (performance.now() - begin > 30_000) throw new Error(`Alertmanager is not ready after 30 s. The end of its log:\n${company.log('alertmanager')}`)
      await wait(50)
    }
  } catch (error) {
    await company.close()
    throw error
  }
  return { url, stop: () => company.close() }
}
