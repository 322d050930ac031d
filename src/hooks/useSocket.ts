'use client'
import type { SkipToken } from '@tanstack/react-query'
import type { MessagesOption, MessageType, ResponseOf } from '../cache/messageTypes.ts'
import type { RequestOptions } from '../core/requests.ts'
import { socketDefinition, type SocketOptions } from '../providers/socketOptions.ts'
import type { SocketRequest } from '../providers/socketQueryOptions.ts'
import { type ConnectionResult, useConnection } from './useConnection.ts'

/** The result of `useSocket`. */
export interface SocketResult<Schemas = object> extends ConnectionResult {
  /** The round trip of the last heartbeat (ms); `null` before it and without `heartbeat`. */
  readonly latency: number | null
  /**
   * Sends strings and binary data as they are, anything else through `serialize`. While the connection is not
   * open, it queues data from any effect of a mounted component, up to `queue.limit` (100) and for
   * `queue.ttl` (30,000 ms). Returns `false` if the data was not accepted, because the queue is full or the
   * connection is closed or not enabled.
   *
   * After the component has unmounted, cleanups included, `send` still sends while the connection is open.
   * Otherwise it queues only behind data that the same component still has queued, so that a `join` that was
   * not sent yet is followed by its `leave`. Without such data it returns `false`: what it would undo ended
   * with the socket.
   *
   * @throws ConfigurationError for data that cannot be sent: `undefined`, a function, a promise.
   */
  send(data: unknown): boolean
  /**
   * Sends `{ type, params, id }`, one frame for each call, and resolves with the reply's `response`. The
   * reply names the request by `re`, or has its `type` and `params` and arrives in the order of sending. The
   * request waits for the connection, even after the component has unmounted, for at most `timeout`.
   *
   * Rejects with a `RequestError` (the server refused), a `RequestTimeoutError`, a `ConnectionLostError` or
   * the reason of `signal`.
   */
  request<const Type extends MessageType<Schemas>>(
    request: SocketRequest<Type, Schemas>,
    options?: RequestOptions,
  ): Promise<ResponseOf<Type, Schemas>>
}

/**
 * A WebSocket, shared by all components with the same URL. Its messages are written to the query cache by `type`.
 *
 * ```tsx
 * const market = socketOptions({
 *   url: '/socket',
 *   on: { 'order.changed': ({ response }, cache) => cache.setQueryData(['orders'], upsert(response, { by: 'id' })) },
 * })
 *
 * function Light() {
 *   const { status, latency, send } = useSocket(market)
 *   return <button data-status={status} onClick={() => send({ type: 'wave' })}>{latency} ms</button>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above, or for a `url` function without an `id`.
 */
export function useSocket<Schemas extends object, Responses extends object = object>(
  options: (SocketOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
): SocketResult<Schemas> {
  const given = options as SocketOptions | SkipToken
  return useConnection(socketDefinition, given, { actions: SENDS }).result as SocketResult<Schemas>
}

/** What the result of a connection that can send has in addition. */
export const SENDS = ['send', 'request'] as const
