import { afterAll, beforeAll, describe } from 'vitest'
import type { Framing } from '../../src/core/portMessages.ts'
import type { Transport, TransportEnvironment } from '../../src/core/transport.ts'
import { createWorkerHttpTransport } from '../../src/core/workerFetch.ts'
import { startWorkerHost } from './workerHost.ts'

type Way = 'directly' | 'in a shared worker'

let current: Way = 'directly'

/**
 * Runs tests twice: through a sink, a transport whose requests a shared worker sends looks like one that sends its own. Not in a
 * worker: tests of a `fetch` of the page, tests whose clock stands still between messages, and those of unfinished blocks, which
 * a worker passes on when they are complete or larger than 1 MiB.
 */
export function describeBothWays(what: string, body: (isShared: boolean) => void): void {
  describe.each<Way>(['directly', 'in a shared worker'])(`${what}, sent %s`, way => {
    beforeAll(() => void (current = way))
    afterAll(() => void (current = 'directly'))
    body(way !== 'directly')
  })
}

/** The transport in the way that is being tested. */
export function createInWay(
  environment: TransportEnvironment,
  framing: Framing,
  create: (environment: TransportEnvironment) => Transport,
): Transport {
  if (current === 'directly') return create(environment)
  const { share } = startWorkerHost({ fetch: environment.fetch() }).openPage()
  return createWorkerHttpTransport(environment, { share, framing, create })
}
