import type { CacheWriter } from './cacheWriter.ts'
import type { MessageOf, MessageSchemas } from './messageTypes.ts'

/** Turns one message of a type into changes of the cache. It runs for every message, in order. */
export type MessageHandlerOf<Type extends string, Schemas> = (
  message: MessageOf<Type, Schemas>,
  cache: CacheWriter,
) => void

/** Handlers by type. What is known of a type gives its handler's message its shape; any other type may be named, too. */
export type MessageTableHandlers<Schemas extends MessageSchemas, On> = {
  readonly [Type in keyof On]: MessageHandlerOf<Type & string, Schemas>
}
