'use client'
import type { SkipToken } from '@tanstack/react-query'
import type { MessagesOption } from '../cache/messageTypes.ts'
import type { Validators } from '../core/cursorStrategy.ts'
import { longPollDefinition, type LongPollOptions } from './longPollDefinition.ts'
import { type ConnectionResult, useConnection, useTransportCursor } from './useConnection.ts'

/** The result of `useLongPoll`. */
export interface LongPollResult<Cursor = Validators> extends ConnectionResult {
  /** The position after the last body that was read completely. Reading it causes no re-renders. */
  readonly cursor: Cursor | undefined
}

/**
 * Long polling, shared by all components that name the same URL: a request is held by the server until it has something
 * to say, and asked again at once. A body is one envelope or an array of them.
 *
 * ```tsx
 * function Orders() {
 *   const { status } = useLongPoll({
 *     url: '/orders/changes',
 *     on: { 'order.changed': ({ response }, cache) => cache.setQueryData(['orders'], upsert(response, { by: 'id' })) },
 *   })
 *   return <i data-status={status} />
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above, or with a `url` function and no `id`.
 */
export function useLongPoll<Schemas extends object, Responses extends object, Cursor = Validators>(
  options: (LongPollOptions<Schemas, Cursor> & MessagesOption<Responses>) | SkipToken,
): LongPollResult<Cursor> {
  const view = useConnection(longPollDefinition, options as LongPollOptions | SkipToken)
  return useTransportCursor(view, 'cursor') as LongPollResult<Cursor>
}
