import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Message } from '../core/envelope.ts'

/**
 * Declare the messages of your whole application here, by module augmentation:
 *
 * ```ts
 * declare module 'react-query-realtime' {
 *   interface Register {
 *     messages: { price: { params: { symbol: string }; response: Price }; 'order.changed': Order }
 *   }
 * }
 * ```
 *
 * An entry is `{ params, response }`, or the type of the response alone.
 */
export interface Register {}

/** A connection's schemas by message type: of the response, or of the params and the response. */
export type MessageSchemas = Readonly<Record<string, MessageSchema>>
export type MessageSchema = StandardSchemaV1 | MessageDefinition

/** What is known of a message type. */
export interface MessageDefinition {
  readonly params?: StandardSchemaV1 | undefined
  readonly response: StandardSchemaV1
  /**
   * Reads from the data of `[type, params]` how new it is: an older one never replaces a newer one, whichever way it came.
   * Versions grow for ever, over restarts of the server, too; numbers are compared as numbers, texts as texts (a date in
   * ISO 8601, an id that sorts by time).
   */
  readonly version?: ((data: never) => number | string | undefined) | undefined
}

/** Sees to it that versions are read from the data that the schemas give. */
export type VersionsOf<Schemas> = {
  readonly [Type in keyof Schemas]: Schemas[Type] extends StandardSchemaV1
    ? unknown
    : {
        readonly version?: ((data: ResponseIn<Schemas[Type]>) => number | string | undefined) | undefined
      }
}

/** No messages are known. */
export type NoMessages = Record<never, never>
type RegisteredMessages = Register extends { messages: infer Messages } ? Messages : NoMessages

/** What is known of an application's messages when a connection has the schemas `Schemas`. */
type Known<Schemas> = Schemas & Omit<RegisteredMessages, keyof Schemas>

type Output<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : Schema

/** The response of a message type; `unknown` where nothing is known. */
export type ResponseOf<Type extends string, Schemas = NoMessages> = Type extends keyof Known<Schemas>
  ? ResponseIn<Known<Schemas>[Type]>
  : unknown

type ResponseIn<Entry> = Entry extends StandardSchemaV1
  ? Output<Entry>
  : Entry extends { response: infer Response }
    ? Output<Response>
    : Entry

/** The params of a message type; `unknown` where nothing is known. */
export type ParamsOf<Type extends string, Schemas = NoMessages> = Type extends keyof Known<Schemas>
  ? Known<Schemas>[Type] extends StandardSchemaV1
    ? unknown
    : Known<Schemas>[Type] extends { params: infer Params }
      ? Output<Params>
      : unknown
  : unknown

/** The message of a type, as handlers get it. */
export type MessageOf<Type extends string, Schemas = NoMessages> = Message<
  Type,
  ParamsOf<Type, Schemas>,
  ResponseOf<Type, Schemas>
>
