import type { Message } from '../core/envelope.ts'
import type { CacheWriter } from './cacheWriter.ts'
import type { IncomingMessage, MessageOf, MessageType, ResponseOf } from './messageTypes.ts'

/** What `on.error` gets: a message with an `error`, whatever its type, or one of the type `error`. */
export type ErrorMessage<Schemas = object> = Message<
  string,
  unknown,
  ResponseOf<'error', Schemas> | undefined
>

/**
 * Turns one message of a type into changes of the cache. It runs for every message, in order; not for one with an `error`,
 * which `on.error` gets unless it replies to a request. An async one that rejects is reported as `handler-error`. Where no
 * type is declared, it may annotate its message.
 */
export type MessageHandlerOf<Type extends string, Schemas = object> = {
  // A method, so that an annotation may say more than the declared types do.
  handle(
    message: Type extends 'error' ? ErrorMessage<Schemas> : MessageOf<Type, Schemas>,
    cache: CacheWriter,
  ): void
}['handle']

/** Handlers by type: of the declared types and `error`, or of any where none are declared. */
export type MessageHandlers<Schemas = object> = {
  readonly [Type in MessageType<Schemas> | 'error']?: MessageHandlerOf<Type, Schemas> | undefined
}

/** Gets every message. */
export type MessageListener<Schemas = object> = {
  listen(message: IncomingMessage<Schemas>): void
}['listen']
