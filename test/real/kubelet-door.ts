import { createAuthority } from '@fermata/sandbox'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface KubeletDoor {
  readonly port: number
  close(): Promise<void>
}

/**
 * The door of the played nodes' kubelets: the API server knocks there for the logs of containers. Everything else is 501.
 * @param logOf the lines of a container; undefined when there is no such pod
 */
export async function openKubeletDoor(logOf: (namespace: string, pod: string, container: string) => readonly string[] | undefined): Promise<KubeletDoor> {
  const { certificate, key } = createAuthority('played-kubelets').issueServer(['127.0.0.1'])
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://kubelet')
    const [, door, namespace = '', pod = '', container = ''] = url.pathname.split('/').map(decodeURIComponent)
    if (door !== 'containerLogs' || request.method !== 'GET') return void response.writeHead(501).end('a played kubelet has logs, and nothing else')
    const log = logOf(namespace, pod, container)
    if (log === undefined) return void response.writeHead(404).end(`pod ${pod} not found`)
    const tail = url.searchParams.get('tailLines')
    response.writeHead(200, { 'content-type': 'text/plain' }).end(log.slice(tail === null ? 0 : -Number(tail)).map((line) => `${line}\n`).join(''))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
