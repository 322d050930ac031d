import {
  append,
  type CacheWriter,
  longPollOptions,
  type Message,
  messageKey,
  pollingOptions,
  serverEventsOptions,
} from 'react-query-realtime'

/** The publisher posts envelopes, so that only the packing differs. */
export type Row = Message<'row', { channel: string }, number>

const on = {
  row: ({ params, response }: Message<string, { channel: string }, number>, cache: CacheWriter) =>
    cache.setQueryData(messageKey('row', params), append(response)),
}

export const nchanEvents = (channel: string) => serverEventsOptions({ url: `/events/${channel}`, on })

export const nchanPoll = (channel: string) =>
  longPollOptions({
    url: `/poll/${channel}`,
    // `nchan_longpoll_multipart_response raw`: one message a line.
    parse: body =>
      String(body)
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as Row),
    holdTimeout: 28_000,
    on,
  })

/** Each poll gets the message after the last one. */
export const nchanNext = (channel: string) =>
  pollingOptions<Row>({ url: `/next/${channel}`, interval: 1_000 })
