import { isPlainObject } from './hash.ts'

/** Data that a socket sends as it is. */
export type BinaryData = ArrayBuffer | ArrayBufferView | Blob
export type SocketData = string | BinaryData

/**
 * A position in the server's log: a number that increases by one within an `epoch`, an opaque id, or both. Numbers reveal skipped
 * messages; an id only says where to resume. If some messages have numbers and others ids, the cursor has the last of each.
 */
export type Cursor = string | { epoch?: string | number | undefined; seq: number; id?: string | undefined }

/** The id of a position. An application function may have returned anything. */
export function idOf(cursor: Cursor | undefined): string | undefined {
  const id: unknown = typeof cursor === 'object' ? cursor.id : cursor
  return typeof id === 'string' ? id : undefined
}

/** What is known about an HTTP response besides its body. */
export interface ResponseMeta {
  status: number
  headers: Headers
}

/** What a transport knows about a message besides its data. */
export interface MessageMeta extends Partial<ResponseMeta> {
  type?: string | undefined
  /** The event's own id. An event without one has no `id` here, but the cursor stays. */
  id?: string | undefined
}

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
  /** The subscription to this key has ended. */
  readonly isLast?: boolean | undefined
}

/**
 * Turns incoming data into an envelope, an array of envelopes, or any other value, which then becomes a
 * `response`. `undefined` is no message: for frames that mean nothing to the application. Throw `UnauthorizedError` if the data
 * says that the server refuses the token. A message is dropped if this throws or returns a promise. It must be synchronous, so read a
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
  if (type === undefined) return JSON.parse(data)
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}

/** The type of a value that came without one, such as an unnamed event. */
const UNNAMED = 'message'
/** The type of a value that looks like an envelope but has no usable `type`. No handler matches it. */
const UNUSABLE = ''

const ENVELOPE_KEYS = new Set(['type', 'params', 'response', 'error', 'id', 'epoch', 'seq', 're', 'isLast'])

/**
 * The messages in a parsed value: one envelope, an array of them, or a bare value that becomes the response
 * of `meta.type`. None for `undefined`, which JSON cannot be.
 */
export function readMessages(value: unknown, meta: MessageMeta): readonly Message[] {
  if (value === undefined) return []
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

/**
 * Drops members named `__proto__`, however deep: copied by assignment, as TanStack Query copies data, they would set a
 * prototype. Whatever comes from a server passes through here, no matter whose code has parsed it.
 *
 * @param source what it was parsed from, if known. Text without the name is not searched.
 */
export function withoutProto<Value>(value: Value, source?: unknown): Value {
  // The name may be written with escapes, all of which begin like this.
  if (typeof source === 'string' && !source.includes('__proto__') && !source.includes('\\u00')) return value
  // It grows meanwhile. A value may contain itself, or be nested too deep for a recursion.
  const found = new Set<unknown>([value])
  for (const one of found) {
    if (!Array.isArray(one) && !isPlainObject(one)) continue
    delete (one as { __proto__?: unknown })['__proto__']
    for (const member of Object.values(one)) found.add(member)
  }
  return value
}

/** Decodes a whole body as UTF-8. Older versions of React Native have no `TextDecoder`. */
export function decodeText(bytes: Uint8Array): string {
  if (typeof TextDecoder === 'function') return new TextDecoder().decode(bytes)
  try {
    const escaped = Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`)
    return decodeURIComponent(escaped.join('')).replace(/^\uFEFF/, '')
  } catch {
    // Malformed: keep ASCII and replace everything else.
    return Array.from(bytes, byte => (byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD')).join('')
  }
}

/** Whether data is larger than `limit` bytes (UTF-8 for text). Cheap unless the text is near the limit. */
export function isLargerThan(data: SocketData, limit: number): boolean {
  if (typeof data !== 'string') return ('size' in data ? data.size : data.byteLength) > limit
  return data.length > limit || (data.length * 3 > limit && utf8Length(data) > limit)
}

/** Counts by hand, because older versions of React Native have no `TextEncoder`. A lone surrogate counts as U+FFFD. */
function utf8Length(text: string): number {
  let size = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0
    if (code > 0xffff) index++
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3
  }
  return size
}
