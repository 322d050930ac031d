import {
  append,
  type CacheWriter,
  cursorInQuery,
  longPollOptions,
  type Message,
  messageKey,
  pollingOptions,
  serverEventsOptions,
  socketOptions,
  tokenInQuery,
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

export const nchanSocket = (channel: string) =>
  socketOptions({
    url: `/socket/${channel}`,
    // Each frame begins with its id.
    protocols: ['ws+meta.nchan'],
    parse(frame) {
      const [head = '', ...parts] = String(frame).split('\n\n')
      return { ...(JSON.parse(parts.join('\n\n')) as Row), id: /^id: (.*)$/m.exec(head)?.[1] }
    },
    attachToken: tokenInQuery(),
    recovery: { cursor: ({ id }) => id, attach: cursorInQuery('last_event_id'), resumed: true },
    on,
  })

/** Each poll gets the message after the last one. */
export const nchanNext = (channel: string) =>
  pollingOptions<Row>({ url: `/next/${channel}`, interval: 1_000 })
