import { parseImage } from '@fermata/manifests'
import type { ServiceRole } from '../model.ts'
import type { Unit } from './unit.ts'

/** Names of servers that keep data, as parts of an image's name. */
const datastores = new Set(['redis', 'valkey', 'keydb', 'dragonfly', 'memcached', 'postgres', 'postgresql', 'postgis', 'timescaledb', 'pgvector', 'mysql', 'mariadb', 'percona', 'mongo', 'mongodb', 'kafka', 'redpanda', 'zookeeper', 'rabbitmq', 'activemq', 'nats', 'pulsar', 'elasticsearch', 'opensearch', 'solr', 'cassandra', 'scylla', 'couchdb', 'couchbase', 'cockroach', 'clickhouse', 'influxdb', 'neo4j', 'etcd', 'minio', 'mssql'])
/** What else such an image may be called without becoming another thing: `redis-stack-server`, `cp-kafka`. An image called `mongo-express` keeps nothing. */
const neutral = new Set(['server', 'stack', 'cluster', 'ha', 'repmgr', 'community', 'enterprise', 'oss', 'db', 'cache', 'cp', 'alpine', 'broker', 'sentinel', 'master', 'replica', 'standalone', 'sharded', 'ubi8', 'ubi9'])
/** What stands before a server and speaks on its port. */
const between = new Set(['proxy', 'bouncer', 'pgbouncer', 'pool', 'pgpool', 'router', 'gateway', 'haproxy', 'envoy'])
/** Ports that belong to one kind of server each. */
const datastorePorts = new Set([6379, 11211, 5432, 3306, 27017, 9092, 2181, 5672, 9042, 26257, 5984, 1433])
const loadTools = new Set(['locust', 'k6', 'jmeter', 'gatling', 'vegeta', 'artillery', 'wrk', 'wrk2', 'fortio', 'hey'])
const loadName = /load-?gen(?:erator)?|load-?test(?:er)?|traffic-?gen(?:erator)?/

export interface RoleGuess {
  readonly role: ServiceRole
  /** What it was told by: `image redis:alpine`. */
  readonly by: string | undefined
}

/**
 * What runs there.
 * A datastore: its image is called like one; or it is not built here and all its ports are those of one.
 * A load generator: nobody depends on it, and its image is a tool for load, or its name says so and it calls somebody.
 */
export function guessRole(unit: Unit, hasDependents: boolean, hasDependencies: boolean): RoleGuess {
  const images = unit.images.map((image) => ({ image, words: wordsOf(image) }))
  const store = images.find(({ words }) => words.some((word) => datastores.has(word)) && words.every((word) => datastores.has(word) || neutral.has(word) || /^\d+$/.test(word)))
  if (store !== undefined) return { role: 'datastore', by: `image ${store.image}` }
  const ownPorts = !unit.built && !hasDependencies && unit.ports.length > 0 && unit.ports.every((port) => datastorePorts.has(port))
  if (ownPorts && images.length > 0 && !images.some(({ words }) => words.some((word) => between.has(word)))) return { role: 'datastore', by: `port ${unit.ports[0]}` }
  if (hasDependents) return { role: 'service', by: undefined }
  const tool = images.find(({ words }) => words.some((word) => loadTools.has(word)))
  if (tool !== undefined) return { role: 'load-generator', by: `image ${tool.image}` }
  if (hasDependencies && loadName.test(unit.id)) return { role: 'load-generator', by: `name ${unit.id}` }
  return { role: 'service', by: undefined }
}

/** The parts of an image's name: of the last component that is no general word. */
function wordsOf(image: string): readonly string[] {
  const reading = parseImage(image)
  if ('says' in reading) return []
  const [last = [], before = []] = reading.repository.split('/').toReversed().map((part) => part.split(/[-_.]/))
  return last.every((word) => neutral.has(word)) ? [...before, ...last] : last
}
