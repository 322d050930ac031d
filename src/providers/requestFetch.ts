import { messageKey } from '../core/envelope.ts'
import { hashValue } from '../core/hash.ts'
import { abortReason } from '../core/platform.ts'
import type { RequestEnvelope } from '../core/requests.ts'
import type { ConnectionFetch, FetchContext } from './connectionQuery.ts'
import { outboxOf } from './outboxOf.ts'
import type { SharedConnection } from './sharedConnection.ts'

/** Fetches the data of a key by a request. Then its messages keep it current. */
export function requestFetch(
  { type, params }: RequestEnvelope,
  timeout: number | undefined,
): ConnectionFetch {
  return {
    async fetch(shared, context) {
      const key = hashValue(messageKey(type, params))
      const request = takeOver(shared, key, context) ?? start(shared, { type, params }, timeout)
      const response = await waitFor(request, context, () => leave(shared, key, request))
      shared.liveQueries.onResponse(messageKey(type, params))
      return response
    },
    isCurrent: ({ liveQueries }, query) => liveQueries.isCurrent(query),
  }
}

/** A request that waits for its reply. */
interface PendingRequest {
  readonly response: Promise<unknown>
  readonly controller: AbortController
}

/** Requests whose last reader left in this task, by key. */
const leftByConnection = new WeakMap<SharedConnection, Map<string, PendingRequest>>()

function start(shared: SharedConnection, envelope: RequestEnvelope, timeout?: number): PendingRequest {
  const controller = new AbortController()
  const { signal } = controller
  return { controller, response: outboxOf(shared).request(envelope, { signal, timeout }) }
}

/** The response, unless the fetch is cancelled first. Calls `left` if the last reader has left. */
function waitFor(
  { response, controller }: PendingRequest,
  { signal, isRead }: FetchContext,
  left: () => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(abortReason(signal))
      // A refetch needs a newer response than this one.
      if (isRead()) controller.abort()
      else left()
    }
    signal.addEventListener('abort', abort)
    response.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Keeps a request for a reader that mounts in the same task, as under StrictMode. Then aborts it. */
function leave(shared: SharedConnection, key: string, request: PendingRequest): void {
  const left = leftByConnection.get(shared) ?? new Map<string, PendingRequest>()
  leftByConnection.set(shared, left.set(key, request))
  shared.connection.ports.clock.setTimeout(() => {
    if (left.get(key) !== request) return
    left.delete(key)
    request.controller.abort()
  }, 0)
}

/** The request of a reader that left in this task. */
function takeOver(
  shared: SharedConnection,
  key: string,
  { isRead }: FetchContext,
): PendingRequest | undefined {
  const left = leftByConnection.get(shared)
  const request = isRead() ? left?.get(key) : undefined
  if (request) left?.delete(key)
  return request
}
