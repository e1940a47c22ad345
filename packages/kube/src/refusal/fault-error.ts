import { ClusterError } from '@fermata/ports'
import { type Ask, resourceName } from '../ask.ts'
import type { Target } from '../config/target.ts'
import { codeOf, type Fault } from '../wire/fault.ts'

/** What was asked, for people: `patch deployments.apps shop/cart`. */
export function askText(ask: Ask): string {
  const name = ask.name === undefined ? '' : ` ${ask.namespace === undefined ? '' : `${ask.namespace}/`}${ask.name}`
  const place = ask.name === undefined && ask.namespace !== undefined ? ` in namespace ${ask.namespace}` : ''
  return `${ask.verb} ${resourceName(ask)}${name}${place}`
}

/** There was no answer: says what of the way to the server failed, and what to look at. */
export function faultError(ask: Ask, { cluster, context }: Target, fault: Fault): ClusterError {
  const server = `${cluster.server} (context ${context})`
  if (fault.sent && !ask.repeatable) {
    return new ClusterError(fault.kind === 'timeout' ? 'timeout' : 'unreachable', `${server} took ${askText(ask)} and then ${fault.kind === 'timeout' ? 'gave no answer in time' : 'closed the connection'}: ${fault.message}. It is not known whether it was carried out.`, {
      code: 'FM-KUBE-OUTCOME-UNKNOWN',
      remedy: 'Look at the object before it is written again.',
      cause: fault,
    })
  }
  const unreachable = (says: string, remedy: string) => new ClusterError('unreachable', `${server} ${says}.`, { remedy, cause: fault })
  switch (fault.kind) {
    case 'refused':
      return unreachable(`cannot be reached: ${fault.message}`, 'Check that the API server runs, and that this runner may reach its address and port.')
    case 'name':
      return unreachable(`cannot be reached: its name does not resolve (${codeOf(fault.cause) ?? fault.message})`, 'Check the server address in the kubeconfig, and whether the name is only known in a private network.')
    case 'timeout':
      return new ClusterError('timeout', `${server} gave no answer to ${askText(ask)}: ${fault.message}.`, { remedy: 'Check firewalls and the load of the API server. A private cluster needs a runner inside of its network.', cause: fault })
    case 'certificate':
      return certificateError(server, cluster, fault)
    case 'not-tls':
      return unreachable('does not speak TLS', 'Check the scheme and the port of the server in the kubeconfig.')
    case 'tls':
      return unreachable(`cannot be talked to, since the TLS handshake failed: ${fault.message}`, 'Check the client certificate of the user, and proxies between.')
    case 'proxy':
      return unreachable(`cannot be reached through the proxy: ${fault.message}`, 'Check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY.')
    case 'reset':
      return unreachable(`closed the connection during ${askText(ask)}: ${fault.message}`, 'Look at the API server and at load balancers between.')
    case 'other':
      return unreachable(`did not answer ${askText(ask)}: ${fault.message}`, 'Check the address of the server and the network between.')
  }
}

function certificateError(server: string, cluster: Target['cluster'], fault: Fault): ClusterError {
  const code = codeOf(fault.cause)
  const make = (says: string, remedy: string) => new ClusterError('unreachable', `${server} ${says}.`, { code: 'FM-KUBE-CERTIFICATE', remedy, cause: fault })
  if (code === 'CERT_HAS_EXPIRED') return make('shows a certificate that has expired', 'Renew the certificate of the API server, and check the clock of this runner.')
  if (code === 'CERT_NOT_YET_VALID') return make('shows a certificate that is not valid yet', 'Check the clock of this runner.')
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') return make('shows a certificate that was made for another name', 'Use one of the names in the certificate, or set tls-server-name in the kubeconfig.')
  const authority = cluster.ca === undefined ? 'by any authority that this machine knows, and the kubeconfig names none' : `by the certificate authority that the kubeconfig gives for cluster ${cluster.name}`
  return make(`shows a certificate that is not signed ${authority}`, 'Take the kubeconfig from the cluster itself: the one at hand is of another cluster, or older than a change of its authority. A proxy that opens TLS has the same effect.')
}
