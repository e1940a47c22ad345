import type { Capability, PortName, Request } from '@fermata/capability'
import type { Ports } from '@fermata/ports'
import type { Report } from '@fermata/verdict'

/** What the machine itself offers: everything that needs no server. The composition root adds the other ports to it. */
export interface Host extends Pick<Ports, 'clock' | 'random' | 'log' | 'files' | 'exec' | 'invocation' | 'signal' | 'keep'> {
  /** Environment variables at the start. Adapters take addresses and proxies from here, never from the process. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory, absolute, links resolved. */
  readonly root: string
  /** From now on this value is hidden in logs, reports and outputs, and so is each of its lines. */
  readonly mask: (secret: string) => void
}

/** Gives a use case the ports that its capability needs. `packages/wiring` has the only implementation. */
export type Connect = (needs: readonly PortName[], request: Request<Capability>, host: Host) => Promise<Ports>

/** What a capability does. It answers with a report for every verdict, and throws only when it could not come to one. */
export type UseCase<C> = (request: Request<C>, ports: Ports) => Promise<Report>

/** What the `post:` step does after a main step that did not end: it reads what was kept, and cleans up. */
export type PostUseCase<C> = (request: Request<C>, ports: Ports, kept: (name: string) => string | undefined) => Promise<Report>
