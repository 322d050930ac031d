import { tokenInHeader } from '../core/tokens.ts'
import { createEventStreamTransport, isRepeatable } from '../core/eventStreamTransport.ts'
import { headersIdentity, type HeadersOption, toBody, withContentType } from '../core/headers.ts'
import { HTTP, type TransportEnvironment, type TransportRequest } from '../core/transport.ts'
import { definedOnly } from '../core/validation.ts'
import type { ConnectionOptions } from './options.ts'
import type { TransportDefinition } from './transportDefinition.ts'
import { watchSilence } from './watchSilence.ts'
import type { MessagesOption } from '../cache/messageTypes.ts'

/** The options of `useServerEvents`. */
export interface ServerEventsOptions<Schemas = object> extends ConnectionOptions<Schemas> {
  /** Default `'GET'`. */
  method?: string | undefined
  headers?: HeadersOption | undefined
  /** Sent again at each attempt; an object is sent as JSON. */
  body?: string | Readonly<Record<string, unknown>> | undefined
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials | undefined
  /** Where to start. Default: the server decides. */
  lastEventId?: string | undefined
  /**
   * How to send the id of the last event when the stream is requested again. Default: the header `Last-Event-ID`, which needs
   * a preflight on another origin. `cursorInQuery(name)` needs none.
   */
  attachCursor?: ((request: TransportRequest, lastEventId: string) => TransportRequest) | undefined
  /**
   * `'lines'`: a stream of lines, each a JSON text (NDJSON, JSON Lines), of any content type but HTML. Lines have no ids, so it
   * resumes only with `recovery`. Default `'events'`: Server-Sent Events.
   */
  framing?: 'events' | 'lines' | undefined
  /**
   * The silence after which an open stream counts as dead (ms). Set it to twice the interval of the server's
   * comments or events. Default: none, because a server need not send anything.
   */
  silenceTimeout?: number | undefined
}

/** Server-Sent Events. */
export const serverEventsDefinition: TransportDefinition<ServerEventsOptions> = {
  transport: 'serverEvents',
  ...HTTP,
  identity: ({ method, headers, body, credentials, framing }) => [
    method,
    headersIdentity(headers),
    body,
    credentials,
    framing === 'lines',
  ],
  plan: ({ headers, body, silenceTimeout }) => ({
    request: { headers: withContentType(headers, body) },
    attachToken: tokenInHeader(),
    heartbeat: watchSilence(silenceTimeout),
  }),
  createTransport(environment, { method, body, credentials, lastEventId, attachCursor, framing }) {
    const options = definedOnly({
      ...{ method, body: toBody(body), credentials, lastEventId, attachCursor, framing },
    })
    const create = (given: TransportEnvironment) => createEventStreamTransport(given, options)
    // The response to a POST belongs to the tab that sent it.
    const share = isRepeatable(method) ? environment.share : undefined
    return share?.http(framing ?? 'events', create) ?? create(environment)
  },
}

/**
 * Defines a typed event stream that components can share, as `queryOptions` does for queries.
 *
 * ```ts
 * export const news = serverEventsOptions({
 *   url: '/events',
 *   messages: { headline: z.string() },
 *   on: { headline: ({ response }, cache) => cache.setQueryData(['news'], append(response, { max: 50 })) },
 * })
 * // In a component: const { status } = useServerEvents(news)
 * ```
 */
export function serverEventsOptions<Schemas extends object, Responses extends object>(
  options: ServerEventsOptions<Schemas> & MessagesOption<Responses>,
): ServerEventsOptions<Schemas> {
  return options
}
