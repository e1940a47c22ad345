/** A kubeconfig for one user of one cluster, as YAML. */
export function kubeconfigText(wish: { readonly url: string; readonly ca: string; readonly user: string; readonly token: string; readonly namespace: string; readonly context: string }): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${wish.context}
    cluster:
      server: ${wish.url}
      certificate-authority-data: ${Buffer.from(wish.ca).toString('base64')}
users:
  - name: ${JSON.stringify(wish.user)}
    user:
      token: ${JSON.stringify(wish.token)}
contexts:
  - name: ${wish.context}
    context:
      cluster: ${wish.context}
      user: ${JSON.stringify(wish.user)}
      namespace: ${wish.namespace}
current-context: ${wish.context}
`
}
