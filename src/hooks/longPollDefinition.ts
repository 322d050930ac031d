import type { MessageSchemas } from '../cache/messageTypes.ts'
import { tokenInHeader } from '../core/attachToken.ts'
import type { CursorStrategy } from '../core/cursorStrategy.ts'
import { headersIdentity, type HeadersOption } from '../core/headers.ts'
import { createLongPollTransport } from '../core/longPollTransport.ts'
import type { ConnectionOptions } from '../providers/connectionOptions.ts'
import type { TechniqueDefinition } from '../providers/sharedConnection.ts'

/** The options of `useLongPoll`. */
export interface LongPollOptions<
  Schemas extends MessageSchemas = MessageSchemas,
  On = Record<string, unknown>,
  Cursor = unknown,
> extends ConnectionOptions<Schemas, On> {
  headers?: HeadersOption | undefined
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials | undefined
  /** How a position is read from an answer and told to the server. Default `validators()`: ETag and Last-Modified. */
  cursor?: CursorStrategy<Cursor> | undefined
  /** A request that brings nothing for this long is given up (ms). Default 60,000. */
  holdTimeout?: number | undefined
}

/** Long polling. */
export const longPollDefinition: TechniqueDefinition<LongPollOptions> = {
  technique: 'long-poll',
  attachToken: tokenInHeader(),
  identity: ({ headers, credentials }) => [headersIdentity(headers), credentials],
  request: ({ headers }) => ({ headers }),
  createTransport: (environment, { cursor, holdTimeout, credentials }) =>
    createLongPollTransport(environment, {
      ...(cursor && { cursor }),
      ...(holdTimeout !== undefined && { holdTimeout }),
      ...(credentials && { credentials }),
    }),
  liveness: () => undefined,
}
