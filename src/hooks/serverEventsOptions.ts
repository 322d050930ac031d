import type { MessageSchemas, NoMessages } from '../cache/messageTypes.ts'
import type { ServerEventsOptions } from './serverEventsDefinition.ts'

/** A typed definition of an event stream, to be shared between components as `queryOptions` is. */
export function serverEventsOptions<const Schemas extends MessageSchemas = NoMessages, On = NoMessages>(
  options: ServerEventsOptions<Schemas, On>,
): ServerEventsOptions<Schemas, On> {
  return options
}
