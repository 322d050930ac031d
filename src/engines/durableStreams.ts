import type { CursorResponse, CursorStrategy } from '../core/cursors.ts'
import type { Message, MessageMeta } from '../core/envelope.ts'
import type { Failure, FailureAction } from '../core/failure.ts'
import type { Recovery, ResumedResponse } from '../core/streamPosition.ts'
import { attachId } from './attachId.ts'
import { numbersOf } from './numbersOf.ts'

/** The position to resume from. The `cursor` prevents caches between client and server from returning an old response. */
interface DurableStreamsCursor {
  offset: string
  cursor: string | null
  /** An earlier offset after this one, from which the last response went back. */
  highest?: string | undefined
}

function read(
  { headers }: CursorResponse,
  previous: DurableStreamsCursor | undefined,
): DurableStreamsCursor | undefined {
  const offset = headers.get('stream-next-offset')
  if (offset === null) return undefined
  const last = previous?.offset ?? ''
  return { offset, cursor: headers.get('stream-cursor'), highest: offset < last ? last : undefined }
}

const strategy: CursorStrategy<DurableStreamsCursor> = {
  read: (response, _body, previous) => read(response, previous),
  // A request for `offset=now` gets a real offset, even if no data arrived.
  readEmpty: read,
  attach(request, { offset, cursor }) {
    const url = new URL(request.url)
    url.searchParams.set('offset', offset)
    if (cursor !== null) url.searchParams.set('cursor', cursor)
    return { ...request, url: url.href }
  },
}

/**
 * Offsets of one stream are sortable. Offsets that stay before one that was sent mean that the stream was deleted and created
 * again under the same name. A single one does not: the server may name an offset before it has stored it.
 */
function isSameStream({ headers, sent }: ResumedResponse): boolean {
  const cursor = sent as DurableStreamsCursor | undefined
  const next = headers.get('stream-next-offset')
  return cursor !== undefined && (next === null || next >= (cursor.highest ?? ''))
}

/** A header says that the stream is closed permanently and was read to its end. */
function endWhenClosed(failure: Failure): FailureAction | undefined {
  const isClosed = failure.kind === 'answer' && failure.status === 204 && failure.headers.has('stream-closed')
  return isClosed ? 'end' : undefined
}

/**
 * After each batch of data, an event of the server names the next offset. Messages of the app may have any type, so only its class
 * tells it from them, and no handler has its type.
 */
class Control {
  readonly type = ''
  readonly params = undefined
  readonly id: string
  readonly isEnd: boolean | undefined

  constructor({ streamNextOffset, streamClosed }: { streamNextOffset: string; streamClosed?: boolean }) {
    this.id = streamNextOffset
    this.isEnd = streamClosed
  }
}

function parseEvent(data: unknown, { type }: MessageMeta): unknown {
  const content: unknown = JSON.parse(String(data))
  return type === 'control' ? new Control(content as ConstructorParameters<typeof Control>[0]) : content
}

/**
 * Durable Streams (github.com/durable-streams/durable-streams), for streams of JSON. Spread the options into those of a hook.
 * The URL names where to start:
 *
 * ```ts
 * export const rows = serverEventsOptions({ url: '/v1/stream/rows?live=sse&offset=now', ...durableStreams.events() })
 * ```
 */
export const durableStreams = {
  /** For URLs with `live=long-poll`. */
  longPoll: () => ({
    cursor: strategy,
    recovery: { cursor: numbersOf, resumed: isSameStream } satisfies Recovery,
    reconnect: { decide: endWhenClosed },
  }),

  /** For URLs with `live=sse`. */
  events: () => ({
    parse: parseEvent,
    isLast: (message: Message) => message instanceof Control && message.isEnd === true,
    recovery: {
      cursor: message => (message instanceof Control ? message.id : numbersOf(message)),
      attach: attachId('offset'),
      resumed: true,
      sortable: true,
    } satisfies Recovery,
  }),
}
