import type { Message } from '../core/envelope.ts'
import type { CacheWriter } from './cacheWriter.ts'
import type { IncomingMessage, MessageOf, MessageType, ResponseOf } from './messageTypes.ts'

/** What `on.error` receives: a message with an `error`, whatever its type, or one of the type `error`. */
export type ErrorMessage<Schemas = object> = Message<
  string,
  unknown,
  ResponseOf<'error', Schemas> | undefined
>

/**
 * Turns one message of a type into changes of the cache. It runs for every message, in order, except those
 * with an `error`: `on.error` receives these unless they reply to a request. If it is async and rejects, that
 * is reported as `handler-error`. If no types are declared, it may annotate its message.
 */
export type MessageHandlerOf<Type extends string, Schemas = object> = {
  // A method, so that an annotation may say more than the declared types do.
  handle(
    message: Type extends 'error' ? ErrorMessage<Schemas> : MessageOf<Type, Schemas>,
    cache: CacheWriter,
  ): void
}['handle']

/** Handlers by type: for the declared types and `error`, or for any type if none are declared. */
export type MessageHandlers<Schemas = object> = {
  readonly [Type in MessageType<Schemas> | 'error']?: MessageHandlerOf<Type, Schemas> | undefined
}

/** Receives every message. */
export type MessageListener<Schemas = object> = {
  listen(message: IncomingMessage<Schemas>): void
}['listen']
