import {
  append,
  type CacheWriter,
  longPollOptions,
  type Message,
  messageKey,
  pollingOptions,
  serverEventsOptions,
  socketOptions,
  tokenInQuery,
} from 'react-query-realtime'
import { nchan, type NchanOptions } from 'react-query-realtime/engines'

/** The publisher posts envelopes, so that only the packing differs. */
export type Row = Message<'row', { channel: string }, number>

const on = {
  row: ({ params, response }: Message<string, { channel: string }, number>, cache: CacheWriter) =>
    cache.setQueryData(messageKey('row', params), append(response)),
}

export const nchanEvents = (channel: string, options?: NchanOptions) =>
  serverEventsOptions({ url: `/events/${channel}`, ...nchan.events(options), on })

export const nchanPoll = (channel: string, options?: NchanOptions) =>
  longPollOptions({ url: `/poll/${channel}`, ...nchan.longPoll(options), on })

export const nchanSocket = (channel: string, options?: NchanOptions) =>
  socketOptions({ url: `/socket/${channel}`, attachToken: tokenInQuery(), ...nchan.socket(options), on })

/** Each poll gets the message after the last one. */
export const nchanNext = (channel: string) =>
  pollingOptions<Row>({ url: `/next/${channel}`, interval: 1_000 })
