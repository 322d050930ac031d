import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Message, messageKey as toKey } from '../core/envelope.ts'
import type { DataTag, dataTagSymbol, QueryKey } from '@tanstack/react-query'

/**
 * Declare the messages of your whole application here, once, by module augmentation:
 *
 * ```ts
 * export const messages = {
 *   price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) },
 *   'order.changed': z.object({ id: z.string(), total: z.number() }),
 * }
 *
 * declare module 'react-query-realtime' {
 *   interface Register {
 *     messages: typeof messages
 *   }
 * }
 * ```
 *
 * An entry is `{ params, response }`, or the response alone; each is a schema or a plain type. `Register` provides only
 * types. To validate messages as well, pass `messages` to a connection.
 */
export interface Register {}

/** A connection's schemas by message type: of the response, or of the params and the response. */
export type MessageSchemas = Readonly<Record<string, MessageSchema>>
export type MessageSchema = StandardSchemaV1 | MessageDefinition

/** What is declared for a message type. */
export interface MessageDefinition {
  /** If set, requests and `useMessage` require `params`. */
  readonly params?: StandardSchemaV1 | undefined
  readonly response: StandardSchemaV1
  /**
   * Reads the version of the data of `[type, params]`. Older data never replaces newer data, whether it comes
   * from a response or a message. Versions must always grow, even across restarts of the server. Numbers are
   * compared as numbers, strings as strings (an ISO 8601 date, an id that sorts by time).
   */
  readonly version?: VersionReader<never> | undefined
}

/** Reads the version of some data; `undefined` if it has none. */
export type VersionReader<Data> = { read(data: Data): number | string | undefined }['read']

/** Checks `messages`, and passes each `version` the data that its schema describes. */
export interface MessagesOption<Responses> {
  messages?:
    | {
        readonly [Type in keyof Responses]:
          | StandardSchemaV1<unknown, Responses[Type]>
          | {
              readonly params?: StandardSchemaV1 | undefined
              readonly response: StandardSchemaV1<unknown, Responses[Type]>
              readonly version?: VersionReader<NoInfer<Responses[Type]>> | undefined
            }
      }
    | undefined
}

/** The messages that `Register` declares. */
export type RegisteredMessages = Register extends { messages: infer Messages } ? Messages : object

type DeclaredType<Schemas> = keyof (Schemas & RegisteredMessages)

/** The message types of a connection with the schemas `Schemas`; any string if none are declared. */
export type MessageType<Schemas = object> = [DeclaredType<Schemas>] extends [never]
  ? string
  : DeclaredType<Schemas> & string

/** What is declared for a type: by the connection, else by `Register`. */
type Declared<Type, Schemas> = Type extends keyof Schemas
  ? Schemas[Type]
  : Type extends keyof RegisteredMessages
    ? RegisteredMessages[Type]
    : unknown

type Output<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : Schema

type ResponseIn<Entry> = Entry extends StandardSchemaV1
  ? Output<Entry>
  : Entry extends { response: infer Response }
    ? Output<Response>
    : Entry

type ParamsIn<Entry> = Entry extends StandardSchemaV1
  ? unknown
  : Entry extends { params: infer Params; response: unknown }
    ? Output<Params>
    : unknown

/** The response of a message type; `unknown` if it is not declared. */
export type ResponseOf<Type extends string, Schemas = object> = ResponseIn<Declared<Type, Schemas>>

/** The params of a message type; `unknown` if they are not declared. */
export type ParamsOf<Type extends string, Schemas = object> = ParamsIn<Declared<Type, Schemas>>

/** The member `params`: required if it is declared. */
export type ParamsMember<Params> = unknown extends Params
  ? { params?: unknown }
  : undefined extends Params
    ? { params?: Params }
    : { params: Params }

/** `params` as the last argument: required if they are declared. */
export type ParamsArgument<Params> = unknown extends Params
  ? [params?: unknown]
  : undefined extends Params
    ? [params?: Params]
    : [params: Params]

/** The message of a type, as handlers receive it. */
export type MessageOf<Type extends string, Schemas = object> = Message<
  Type,
  ParamsOf<Type, Schemas>,
  ResponseOf<Type, Schemas>
>

/** Any message of a connection; narrow it by its `type`. */
export type IncomingMessage<Schemas = object> = {
  [Type in MessageType<Schemas>]: MessageOf<Type, Schemas>
}[MessageType<Schemas>]

/** A query key that carries the type of its data. */
export type TaggedKey<Key, Data> = unknown extends Data ? Key : DataTag<Key, Data>

/** The key `[type]`. If params are declared, it is only the prefix of the keys that hold data. */
export type MessageTypeKey<Type extends string> =
  undefined extends ParamsOf<Type> ? TaggedKey<readonly [Type], ResponseOf<Type>> : readonly [Type]

/** The key `[type, params]`. */
export type MessageKey<Type extends string> = TaggedKey<
  undefined extends ParamsOf<Type>
    ? readonly [Type] | readonly [Type, ParamsOf<Type>]
    : readonly [Type, ParamsOf<Type>],
  ResponseOf<Type>
>

/**
 * The key of a message in the query cache: `[type, params]`, or `[type]` without params. It carries the type of its data
 * if `Register` declares it.
 *
 * ```ts
 * const price = queryClient.getQueryData(messageKey('price', { symbol: 'BTC' }))
 * ```
 */
export function messageKey<const Type extends MessageType>(type: Type): MessageTypeKey<Type>
export function messageKey<const Type extends MessageType>(
  type: Type,
  params: ParamsOf<Type>,
): MessageKey<Type>
export function messageKey(type: string, params?: unknown): readonly unknown[] {
  return toKey(type, params)
}

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

/**
 * The data of a query: the type that its key is tagged with (`queryOptions().queryKey`, `messageKey()`), else
 * `Data`.
 */
export type DataOfKey<Key, Data = unknown> = Key extends { readonly [dataTagSymbol]: infer Tagged }
  ? Tagged
  : Data

/**
 * What a handler may do to the query cache. Calls are collected and written together, in order, right after
 * the message or with the next frame.
 */
export interface CacheWriter {
  /**
   * Sets a query's data to a value, or to the result of a function of it. Functions must be pure; returning
   * `undefined` changes nothing.
   */
  setQueryData<Data = unknown, Key extends QueryKey = QueryKey>(
    key: Key,
    update:
      ((data: DataOfKey<Key, Data> | undefined) => DataOfKey<Key, Data> | undefined) | DataOfKey<Key, Data>,
  ): void
  /**
   * Like `setQueryData`, for every query that has data and whose key begins with this one: all pages and filters of a
   * list. It creates no queries. A query whose first fetch is running gets the change after the response.
   */
  setQueriesData<Data = unknown, Key extends QueryKey = QueryKey>(
    prefix: Key,
    update:
      ((data: DataOfKey<Key, Data> | undefined) => DataOfKey<Key, Data> | undefined) | DataOfKey<Key, Data>,
  ): void
  /** Marks the queries whose key begins with this one as stale, and refetches those on screen. */
  invalidateQueries(key: QueryKey): void
}
