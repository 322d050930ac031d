import type { Message } from '../core/envelope.ts'
import type { CacheWriter } from './cacheWriter.ts'
import type { MessageOf, MessageSchemas, ResponseOf } from './messageTypes.ts'

/** What `on.error` gets: a message with an `error`, whatever its type, or one of the type `error`. */
export type ErrorMessage<Schemas> = Message<string, unknown, ResponseOf<'error', Schemas> | undefined>

/**
 * Turns one message of a type into changes of the cache. It runs for every message, in order; not for one with an `error`,
 * which `on.error` gets unless it replies to a request. An async one that rejects is reported as `handler-error`.
 */
export type MessageHandlerOf<Type extends string, Schemas> = (
  message: Type extends 'error' ? ErrorMessage<Schemas> : MessageOf<Type, Schemas>,
  cache: CacheWriter,
) => void

/** Handlers by type. What is known of a type gives its handler's message its shape; any other type may be named, too. */
export type MessageTableHandlers<Schemas extends MessageSchemas, On> = {
  readonly [Type in keyof On]: MessageHandlerOf<Type & string, Schemas>
}
