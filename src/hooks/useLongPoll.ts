'use client'
import type { SkipToken } from '@tanstack/react-query'
import type { MessagesOption } from '../cache/messageTypes.ts'
import type { Validators } from '../core/cursors.ts'
import { longPollDefinition, type LongPollOptions } from '../providers/longPollOptions.ts'
import { type ConnectionResult, useConnection } from './useConnection.ts'

/** The result of `useLongPoll`. */
export interface LongPollResult<Cursor = Validators> extends ConnectionResult {
  /** The position after the last body that was read completely. Reading it causes no re-renders. */
  readonly cursor: Cursor | undefined
}

const EXTRAS = { cursorName: 'cursor' }

/**
 * Long polling, shared by all components with the same URL. The server holds each request until it has data, and
 * the next request follows at once. A body is one envelope or an array of envelopes.
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
 * @throws ConfigurationError without a `RealtimeProvider` above, or for a `url` function without an `id`.
 */
export function useLongPoll<Schemas extends object, Responses extends object, Cursor = Validators>(
  options: (LongPollOptions<Schemas, Cursor> & MessagesOption<Responses>) | SkipToken,
): LongPollResult<Cursor> {
  const given = options as LongPollOptions | SkipToken
  return useConnection(longPollDefinition, given, EXTRAS).result as LongPollResult<Cursor>
}
