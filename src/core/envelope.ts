import { isPlainObject } from './hash.ts'
import { readJson } from './readJson.ts'
import type { MessageMeta } from './transport.ts'

/** One message: what it is about, the parameters of the request it answers to, and the business data. */
export interface Message<Type extends string = string, Params = unknown, Response = unknown> {
  readonly type: Type
  readonly params: Params
  readonly response: Response
  readonly id?: string | undefined
  /** Which life of the server's log `seq` counts in. */
  readonly epoch?: string | number | undefined
  readonly seq?: number | undefined
  /** A refused request's reason, in place of `response`. */
  readonly error?: unknown
  /** The `id` of the request that this message is the reply to. */
  readonly re?: string | number | undefined
}

/**
 * Turns what arrived into an envelope, an array of envelopes, or any other value, which is then a `response`. A throw is a
 * bad message. So is a promise: the position in the stream follows at once, so read a Blob as `binaryType: 'arraybuffer'`.
 */
export type Parse = (data: unknown, meta: MessageMeta) => unknown

/** Turns what `send` and `request` are given into what goes over the wire. */
export type Serialize = (value: unknown) => string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob

/** The key under which a message stands in the query cache: `[type, params]`, or `[type]` where there are no params. */
export function messageKey<Type extends string>(
  type: Type,
  params?: unknown,
): readonly [Type] | readonly [Type, unknown] {
  return params === undefined || params === null ? [type] : [type, params]
}

/** JSON. Text of an event stream that is not JSON, and binary data, are taken as they are. */
export function parseJson(data: unknown, { type }: MessageMeta): unknown {
  if (typeof data !== 'string') return data
  if (type === undefined) return readJson(data)
  try {
    return readJson(data)
  } catch {
    return data
  }
}

/** The type of a value that came without one, as of an unnamed event. */
const UNNAMED = 'message'
/** The type of something that looks like an envelope but has no usable `type`; no table has it. */
const UNUSABLE = ''

const ENVELOPE_KEYS = new Set(['type', 'params', 'response', 'error', 'id', 'epoch', 'seq', 're'])

/** The messages in a parsed value: one envelope, an array of them, or a bare value that becomes the response of `meta.type`. */
export function readMessages(value: unknown, meta: MessageMeta): readonly Message[] {
  if (isEnvelope(value)) return [value]
  const { type, id } = meta
  if (type === undefined && isBareReply(value)) return [withType(value)]
  // Nothing, where a frame holds messages; an empty list, where an event of a type brings one.
  const mayBeBatch = Array.isArray(value) && (value.length > 0 || type === undefined)
  if (mayBeBatch && value.every(isEnvelope)) return value
  if (mayBeBatch && value.every(item => isEnvelope(item) || isBareReply(item))) return value.map(withType)
  return [{ type: type ?? unnamedType(value), params: undefined, response: value, id }]
}

function isEnvelope(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return false
  const { type } = value as { type: unknown }
  if (typeof type !== 'string') return false
  // An event's data may have a `type` of its own that means something else.
  if (Object.hasOwn(value, 'response') || Object.hasOwn(value, 'params') || Object.hasOwn(value, 'error'))
    return true
  return Object.keys(value).every(key => ENVELOPE_KEYS.has(key))
}

/** A reply that names its request by `re` may leave out the rest. */
function isBareReply(value: unknown): value is Message {
  if (!isPlainObject(value) || Object.hasOwn(value, 'type')) return false
  const { re } = value
  const hasContent = Object.hasOwn(value, 'response') || Object.hasOwn(value, 'error')
  return hasContent && (typeof re === 'string' || typeof re === 'number')
}

function withType(message: Message): Message {
  return Object.hasOwn(message, 'type') ? message : { ...message, type: UNUSABLE }
}

function unnamedType(value: unknown): string {
  const looksLikeEnvelope =
    isPlainObject(value) && (Object.hasOwn(value, 'type') || Object.hasOwn(value, 'response'))
  return looksLikeEnvelope ? UNUSABLE : UNNAMED
}
