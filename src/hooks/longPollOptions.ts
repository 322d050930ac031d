import type { MessageSchemas, NoMessages } from '../cache/messageTypes.ts'
import type { Validators } from '../core/cursorStrategy.ts'
import type { LongPollOptions } from './longPollDefinition.ts'

/** A typed definition of a long poll, to be shared between components as `queryOptions` is. */
export function longPollOptions<
  const Schemas extends MessageSchemas = NoMessages,
  On = NoMessages,
  Cursor = Validators,
>(options: LongPollOptions<Schemas, On, Cursor>): LongPollOptions<Schemas, On, Cursor> {
  return options
}
