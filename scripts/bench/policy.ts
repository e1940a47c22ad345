import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { places } from '../tools/places.ts'
import { type Candidate, measure, printTable } from './measure.ts'

const root = join(import.meta.dirname, '../..')
const dist = process.env['FERMATA_DIST'] ?? join(root, 'dist')

/**
 * A scan as a whole process, through dist, beside conftest with the same policies on the same files. conftest is built for
 * this machine (`npm run tools -- conftest`), so its time is that of a program that is there already.
 * @param folder where files may be made
 */
export function policyBench(folder: string, empty: Candidate): void {
  const conftest = join(places.bin, 'conftest')
  const place = join(folder, 'policies')
  for (const count of [1, 1_000]) makeManifests(join(place, String(count)), count)
  cpSync(join(root, 'test/fixtures/policies/given'), join(place, 'policy'), { recursive: true })
  for (const [count, rounds] of [[1, 9], [1_000, 3]] as const) {
    const scan = (name: string, ...more: readonly string[]): Candidate => ({ name, file: process.execPath, args: [join(dist, 'fermata.js'), 'scan', '--files', String(count), '--output', 'quiet', ...more], cwd: place, exits: 1 })
    const candidates = [
      empty,
      ...(existsSync(conftest) ? [{ name: 'conftest, two rules', file: conftest, args: ['test', '--rego-version', 'v0', '--namespace', 'kubernetes.security', '--output', 'json', String(count)], cwd: place, exits: 1 }] : []),
      scan('scan, the same two rules', '--policies', 'policy', '--namespaces', 'kubernetes.security'),
      scan('scan, Pod Security restricted', '--pack', 'pss-restricted@1.35'),
    ]
    printTable(`Policies on ${count === 1 ? 'one manifest' : `${count} manifests`} (${rounds} runs)`, measure(candidates, rounds))
  }
  if (!existsSync(conftest)) console.log('conftest is left out: `npm run tools -- conftest` builds it.')
}

/** Deployments as people have them; one in ten runs as root, and has no seccomp profile. */
function makeManifests(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < count; index++) {
    const bad = index % 10 === 0
    writeFileSync(join(folder, `service-${String(index).padStart(4, '0')}.yaml`), `apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-${index}
  labels: {app: service-${index}, team: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: service-${index}}}
  template:
    metadata: {labels: {app: service-${index}}}
    spec:
      securityContext: ${bad ? '{}' : '{runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}'}
      containers:
        - name: server
          image: registry.example/service-${index}:1.${index}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /health, port: 8080}}
          env:
            - {name: PORT, value: "8080"}
            - {name: UPSTREAM, value: "service-${(index + 1) % count}:8080"}
`)
  }
}
