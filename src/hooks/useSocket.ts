'use client'
import { useMemo } from 'react'
import type { MessageSchemas, NoMessages, ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import type { RequestOptions } from '../core/requests.ts'
import type { SocketChannel } from '../core/socketChannel.ts'
import { socketDefinition, type SocketOptions } from './socketDefinition.ts'
import { type ConnectionResult, useConnection } from './useConnection.ts'

/** What is asked over a socket. */
export interface SocketRequest<Type extends string, Params> {
  type: Type
  params?: Params
}

/** What `useSocket` gives. */
export interface SocketResult<Schemas extends MessageSchemas = MessageSchemas> extends ConnectionResult {
  /** The round trip of the last heartbeat, in ms; `null` before it and without `heartbeat`. */
  readonly latency: number | null
  /** Sends strings and binary as they are, all else through `serialize`; queued until it is open. `false`: not taken. */
  send(data: unknown): boolean
  /** Sends `{ type, params }` and resolves with the `response` of the envelope with the same `type` and `params`. */
  request<Type extends string>(
    request: SocketRequest<Type, ParamsOf<Type, Schemas>>,
    options?: RequestOptions,
  ): Promise<ResponseOf<Type, Schemas>>
}

/**
 * A WebSocket, shared by all components that name the same URL. Its messages go into the query cache by their `type`.
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
 * @throws ConfigurationError without a `RealtimeProvider` above, or with a `url` function and no `id`.
 */
export function useSocket<const Schemas extends MessageSchemas = NoMessages, On = NoMessages>(
  options: SocketOptions<Schemas, On>,
): SocketResult<Schemas> {
  const { result, current, borrow } = useConnection(socketDefinition, options as SocketOptions)
  return useMemo(() => {
    const channel = () => current()?.connection.channel as SocketChannel | undefined
    const actions: Pick<SocketResult<Schemas>, 'send' | 'request'> = {
      send: data => channel()?.send(data) ?? false,
      request: (request, requestOptions) =>
        borrow(({ connection }) => {
          return (connection.channel as SocketChannel).request(request, requestOptions) as Promise<never>
        }),
    }
    return Object.defineProperties(result, Object.getOwnPropertyDescriptors(actions)) as SocketResult<Schemas>
  }, [result, current, borrow])
}
