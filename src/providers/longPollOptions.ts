import { tokenInHeader } from '../core/tokens.ts'
import type { CursorStrategy, Validators } from '../core/cursors.ts'
import { headersIdentity, type HeadersOption, toBody, withContentType } from '../core/headers.ts'
import { createLongPollTransport, HOLD_TIMEOUT } from '../core/longPollTransport.ts'
import { HTTP, type TransportEnvironment } from '../core/transport.ts'
import { definedOnly } from '../core/validation.ts'
import type { ConnectionOptions } from './options.ts'
import type { TransportDefinition } from './transportDefinition.ts'
import type { MessagesOption } from '../cache/messageTypes.ts'

/** The options of `useLongPoll`. */
export interface LongPollOptions<Schemas = object, Cursor = unknown> extends ConnectionOptions<Schemas> {
  headers?: HeadersOption | undefined
  /** Default `'GET'`. */
  method?: string | undefined
  /** Sent again with each request; an object is sent as JSON. */
  body?: string | Readonly<Record<string, unknown>> | undefined
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials | undefined
  /** How to read a position from a response and send it back. Default `validators()`: ETag and Last-Modified. */
  cursor?: CursorStrategy<Cursor> | undefined
  /** Where to start. Default: the server decides. */
  initialCursor?: Cursor | undefined
  /** How long a request may go without any data before it is given up (ms). Default 60,000. */
  holdTimeout?: number | undefined
}

/** Long polling. */
export const longPollDefinition: TransportDefinition<LongPollOptions> = {
  transport: 'longPoll',
  ...HTTP,
  identity: ({ method, headers, body, credentials }) => [method, headersIdentity(headers), body, credentials],
  plan: ({ headers, body, holdTimeout = HOLD_TIMEOUT }) => ({
    request: { headers: withContentType(headers, body) },
    attachToken: tokenInHeader(),
    silence: holdTimeout,
  }),
  createTransport(environment, { method, body, credentials, cursor, initialCursor, holdTimeout }) {
    const options = definedOnly({
      ...{ method, body: toBody(body), credentials, cursor, initialCursor, holdTimeout },
    })
    const create = (given: TransportEnvironment) => createLongPollTransport(given, options)
    return environment.share?.http('none', create) ?? create(environment)
  },
}

/**
 * Defines a typed long poll that components can share, as `queryOptions` does for queries.
 *
 * ```ts
 * export const orderChanges = longPollOptions({
 *   url: '/orders/changes',
 *   messages: { 'order.changed': z.object({ id: z.string(), total: z.number() }) },
 *   on: { 'order.changed': ({ response }, cache) => cache.setQueryData(['orders'], upsert(response, { by: 'id' })) },
 * })
 * // In a component: const { status } = useLongPoll(orderChanges)
 * ```
 */
export function longPollOptions<Schemas extends object, Responses extends object, Cursor = Validators>(
  options: LongPollOptions<Schemas, Cursor> & MessagesOption<Responses>,
): LongPollOptions<Schemas, Cursor> {
  return options
}
