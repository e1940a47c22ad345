import { expect, test } from '@jest/globals'
import { guessRole } from './roles.ts'
import type { Unit } from './unit.ts'

const unit = (more: Partial<Unit>): Unit => ({ id: 'x', origin: { file: 'x.yaml', line: 1, says: 'x' }, images: ['registry.example/x'], ports: [], built: false, settings: [], declared: [], manifests: [], buildFolders: [], healthCheck: undefined, ...more })

test.each`
  what                                     | given                                                            | dependents | dependencies | role                | by
  ${'redis'}                               | ${{ images: ['redis:alpine'] }}                                  | ${true}    | ${false}     | ${'datastore'}      | ${'image redis:alpine'}
  ${'a mirror of postgres'}                | ${{ images: ['reg.example:5000/mirror/postgres@sha256:' + 'a'.repeat(64)] }} | ${false} | ${false} | ${'datastore'} | ${expect.stringContaining('image reg.example')}
  ${'a vendor of kafka'}                   | ${{ images: ['confluentinc/cp-kafka:7'] }}                       | ${true}    | ${true}      | ${'datastore'}      | ${'image confluentinc/cp-kafka:7'}
  ${'a server called server'}              | ${{ images: ['mcr.microsoft.com/mssql/server'] }}                | ${true}    | ${false}     | ${'datastore'}      | ${expect.any(String)}
  ${'an exporter for redis'}               | ${{ images: ['oliver006/redis_exporter'] }}                      | ${false}   | ${true}      | ${'service'}        | ${undefined}
  ${'a web page for mongo'}                | ${{ images: ['mongo-express'] }}                                 | ${false}   | ${true}      | ${'service'}        | ${undefined}
  ${'our own service about redis'}         | ${{ images: ['redis-api'], built: true }}                        | ${true}    | ${false}     | ${'service'}        | ${undefined}
  ${'a database by its port'}              | ${{ images: ['registry.example/storage'], ports: [5432] }}       | ${true}    | ${false}     | ${'datastore'}      | ${'port 5432'}
  ${'what we build, on such a port'}       | ${{ ports: [5432], built: true }}                                | ${true}    | ${false}     | ${'service'}        | ${undefined}
  ${'a database port among others'}        | ${{ ports: [5432, 8080] }}                                       | ${true}    | ${false}     | ${'service'}        | ${undefined}
  ${'a proxy before a database'}           | ${{ images: ['cloudsql-proxy'], ports: [5432] }}                 | ${true}    | ${false}     | ${'service'}        | ${undefined}
  ${'a load tool'}                         | ${{ images: ['grafana/k6:1'] }}                                  | ${false}   | ${false}     | ${'load-generator'} | ${'image grafana/k6:1'}
  ${'a load tool that somebody needs'}     | ${{ images: ['locustio/locust'] }}                               | ${true}    | ${true}      | ${'service'}        | ${undefined}
  ${'a load generator by name'}            | ${{ id: 'load-generator' }}                                      | ${false}   | ${true}      | ${'load-generator'} | ${'name load-generator'}
  ${'a load generator that calls nobody'}  | ${{ id: 'loadgenerator' }}                                       | ${false}   | ${false}     | ${'service'}        | ${undefined}
  ${'what has no readable image'}          | ${{ images: ['$(IMAGE)'] }}                                      | ${false}   | ${false}     | ${'service'}        | ${undefined}
`('$what is a $role', (row) => {
  const { given, dependents, dependencies, role, by } = row as { given: Partial<Unit>; dependents: boolean; dependencies: boolean; role: string; by: unknown }
  expect(guessRole(unit(given), dependents, dependencies)).toEqual({ role, by })
})
