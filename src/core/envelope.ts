import { isPlainObject } from './hash.ts'
import { readJson } from './readJson.ts'
import type { MessageMeta } from './transport.ts'

/** One message: its type, the parameters of the request it belongs to, and its data. */
export interface Message<Type extends string = string, Params = unknown, Response = unknown> {
  readonly type: Type
  readonly params: Params
  readonly response: Response
  readonly id?: string | undefined
  /** The generation of the server's log that `seq` counts in. */
  readonly epoch?: string | number | undefined
  readonly seq?: number | undefined
  /** Why a request was refused, in place of `response`. */
  readonly error?: unknown
  /** The `id` of the request that this message replies to. */
  readonly re?: string | number | undefined
}

/**
 * Turns incoming data into an envelope, an array of envelopes, or any other value, which then becomes a
 * `response`. A message is dropped if this throws or returns a promise. It must be synchronous, so read a
 * Blob with `binaryType: 'arraybuffer'`.
 */
export type Parse = (data: unknown, meta: MessageMeta) => unknown

/** Turns the arguments of `send` and `request` into what goes over the wire. */
export type Serialize = (value: unknown) => string | ArrayBuffer | ArrayBufferView | Blob

/** The query key that a message is cached under: `[type, params]`, or `[type]` without params. */
export function messageKey<Type extends string>(
  type: Type,
  params?: unknown,
): readonly [Type] | readonly [Type, unknown] {
  return params === undefined || params === null ? [type] : [type, params]
}

/** Parses JSON. Text from an event stream that is not JSON, and binary data, are kept as they are. */
export function parseJson(data: unknown, { type }: MessageMeta): unknown {
  if (typeof data !== 'string') return data
  if (type === undefined) return readJson(data)
  try {
    return readJson(data)
  } catch {
    return data
  }
}

/** The type of a value that came without one, such as an unnamed event. */
const UNNAMED = 'message'
/** The type of a value that looks like an envelope but has no usable `type`. No handler matches it. */
const UNUSABLE = ''

const ENVELOPE_KEYS = new Set(['type', 'params', 'response', 'error', 'id', 'epoch', 'seq', 're'])

/**
 * The messages in a parsed value: one envelope, an array of them, or a bare value that becomes the response
 * of `meta.type`.
 */
export function readMessages(value: unknown, meta: MessageMeta): readonly Message[] {
  if (isEnvelope(value)) return [value]
  const { type, id } = meta
  if (type === undefined && isBareReply(value)) return [withType(value)]
  // An empty array in a frame is an empty batch; in a typed event it is the event's data.
  const mayBeBatch = Array.isArray(value) && (value.length > 0 || type === undefined)
  if (mayBeBatch && value.every(isEnvelope)) return value
  if (mayBeBatch && value.every(item => isEnvelope(item) || isBareReply(item))) return value.map(withType)
  return [{ type: type ?? unnamedType(value), params: undefined, response: value, id }]
}

function isEnvelope(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return false
  const { type } = value as { type: unknown }
  if (typeof type !== 'string') return false
  // An event's data may have its own `type` with another meaning.
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
