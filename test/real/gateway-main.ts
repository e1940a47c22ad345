import { connectCluster } from '@fermata/kube'
import { realClock, startGateway } from '@fermata/sandbox'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

/**
 * The gateway as a process of its own, so that what it measures does not wait for who asks it:
 * `node test/real/gateway-main.ts --kubeconfig FILE --namespace NAME [--port N] [--behaviours FILE] [--connect-timeout MS]`.
 * It lives here and not in the sandbox, which knows no client of a cluster. Says its address in one line, and runs until it is ended.
 */
const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, namespace: { type: 'string' }, port: { type: 'string' }, behaviours: { type: 'string' }, 'connect-timeout': { type: 'string' } } })
const clock = realClock()
const cluster = await connectCluster({ kubeconfig: values.kubeconfig, namespace: values.namespace, clock, random: { next: () => 0.5 }, userAgent: 'gateway' })
const gateway = await startGateway({
  cluster,
  clock,
  ...(values.port !== undefined && { port: Number(values.port) }),
  ...(values.behaviours !== undefined && { behaviours: JSON.parse(readFileSync(values.behaviours, 'utf8')) }),
  ...(values['connect-timeout'] !== undefined && { connectTimeout: Number(values['connect-timeout']) }),
})
console.log(gateway.url)
