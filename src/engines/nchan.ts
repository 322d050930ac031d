import type { Cursor, Message } from '../core/envelope.ts'
import type { Recovery } from '../core/streamPosition.ts'
import type { TransportRequest } from '../core/transport.ts'
import { attachId } from './attachId.ts'
import { numbersOf } from './numbersOf.ts'

/** The relevant settings of Nchan. */
export interface NchanOptions {
  /**
   * How long Nchan keeps messages: `nchan_message_timeout` (ms). Required unless the publisher numbers them (`epoch` and `seq` in
   * the envelope), because Nchan does not say that it has dropped messages.
   */
  rememberedFor?: number | undefined
}

/** The settings of an event stream of Nchan. */
export interface NchanEventsOptions extends NchanOptions {
  /** `nchan_eventsource_ping_interval` (ms). Default 5,000. */
  pingInterval?: number | undefined
}

/** The settings of a long poll of Nchan. */
export interface NchanLongPollOptions extends NchanOptions {
  /** `nchan_subscriber_timeout` (ms). Default 25,000. */
  hold?: number | undefined
}

const attach = attachId('last_event_id')

/** Numbers reveal messages that Nchan skipped; its ids say where to resume. */
function positionOf(message: Message): Cursor | undefined {
  const numbers = numbersOf(message)
  return numbers ? { ...numbers, id: message.id } : message.id
}

/** Frames of `ws+meta.nchan` begin with their id. Heartbeat replies have none. */
function parseFrame(frame: unknown): unknown {
  const text = String(frame)
  const end = text.startsWith('id: ') ? text.indexOf('\n\n') : -1
  if (end < 0) return JSON.parse(text)
  return { ...(JSON.parse(text.slice(end + 2)) as object), id: text.slice(4, text.indexOf('\n')) }
}

/** One message per line: `nchan_longpoll_multipart_response raw`. */
function parseLines(body: unknown): readonly unknown[] {
  const lines = String(body).split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line) as unknown)
}

/** Numbers only: the transport sends the position itself. */
const numbered = ({ rememberedFor }: NchanOptions): Recovery => ({ cursor: numbersOf, rememberedFor })

/**
 * Nchan, a module of nginx (nchan.io). Spread the options into those of a hook:
 *
 * ```ts
 * export const rows = serverEventsOptions({ url: '/events/rows', liveQueries: [['rows']], ...nchan.events() })
 * ```
 */
export const nchan = {
  /** For `nchan_subscriber eventsource`. The query carries the id of the last event, so another origin needs no preflight. */
  events: ({ pingInterval = 5_000, ...options }: NchanEventsOptions = {}) => ({
    silenceTimeout: 2 * pingInterval + 2_000,
    attachCursor: attach as (request: TransportRequest, id: string) => TransportRequest,
    recovery: numbered(options),
  }),

  /** For `nchan_subscriber longpoll` with `nchan_longpoll_multipart_response raw`. */
  longPoll: ({ hold = 25_000, ...options }: NchanLongPollOptions = {}) => ({
    holdTimeout: hold + 3_000,
    parse: parseLines,
    recovery: numbered(options),
  }),

  /** For `nchan_subscriber websocket`, or `nchan_pubsub` if the connection has a heartbeat. */
  socket: ({ rememberedFor }: NchanOptions = {}) => ({
    protocols: ['ws+meta.nchan'],
    parse: parseFrame,
    recovery: { cursor: positionOf, attach, resumed: true, rememberedFor } satisfies Recovery,
  }),
}
