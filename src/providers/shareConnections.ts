import { ConfigurationError } from '../core/errors.ts'
import { hashValue } from '../core/hash.ts'
import { withAdvice } from '../core/advice.ts'
import { systemClock } from '../core/platform.ts'
import type { LocksLike } from '../core/portMessages.ts'
import { createWorkerHttpTransport } from '../core/workerFetch.ts'
import { type SharedWorkerLike, WorkerLink } from '../core/workerLink.ts'
import { createWorkerTransport } from '../core/workerTransport.ts'
import { platform } from './platform.ts'
import type { ConnectionSharing, Shareable } from './connectionSharing.ts'

/** Ids up to this one, and a billion after it, fit into 32 bits. */
const MAX_FIRST_ID = 2 ** 30

/**
 * Lets all tabs of a user share their connections, in a shared worker of your app. Call it once, outside of components, and pass
 * the result to `RealtimeProvider`. It calls `create` when the first connection opens.
 *
 * ```ts
 * // realtime.worker.ts: import 'react-query-realtime/worker'
 * export const sharing = shareConnections(
 *   () => new SharedWorker(new URL('./realtime.worker.ts', import.meta.url), { type: 'module', name: 'realtime' }),
 * )
 * // <RealtimeProvider key={user.id} share={{ worker: sharing, scope: user.id }}>
 * ```
 */
export function shareConnections(create: () => SharedWorkerLike): ConnectionSharing {
  const { random } = Math
  const link = new WorkerLink({ create, random, clock: systemClock, locks: findLocks })
  return {
    assertScope(scope) {
      if (typeof scope === 'string' && scope !== '') return
      throw new ConfigurationError(withAdvice('"share.scope" must name the user.', 'scope'))
    },
    bind(connection, environment) {
      if (isForOneTab(connection)) return undefined
      const { own, scope } = connection
      // A reply reaches all tabs, maybe after the connection of its own tab has closed. So ids are never reused.
      const lastId = Math.floor(random() * MAX_FIRST_ID)
      const share = { ...own, key: hashValue([scope, own.key]), link, lastId, platform }
      return {
        socket: (direct, binaryType) => createWorkerTransport(direct, binaryType, share),
        http: (framing, createInner) =>
          createWorkerHttpTransport(environment, { share, framing, create: createInner }),
      }
    },
  }
}

/** A stream that ends and the positions of subscriptions belong to one tab. The worker has only the global classes. */
function isForOneTab({ isBidirectional, options, provider }: Shareable): boolean {
  const isCustom = (isBidirectional ? provider.webSocket : provider.fetch) !== undefined
  return isCustom || options.share === false || !!options.isLast || options.recovery?.perSubscription === true
}

/** The locks of the page, if it may use shared workers. */
function findLocks(): LocksLike | undefined {
  const { SharedWorker, navigator } = globalThis as {
    SharedWorker?: unknown
    navigator?: { locks?: LocksLike }
  }
  return SharedWorker === undefined ? undefined : navigator?.locks
}
