import { append, longPollOptions, type Message, messageKey } from 'react-query-realtime'

export interface RoomEvent {
  event_id: string
  content: { body: string }
}

interface Timeline {
  events: RoomEvent[]
  /** There is a hole before the first event. */
  limited: boolean
}

interface Sync {
  next_batch: string
  rooms?: { join?: Record<string, { timeline: Timeline }> }
}

const read = (body: unknown) => JSON.parse(String(body)) as Sync

export const matrix = longPollOptions({
  url: '/_matrix/client/v3/sync?timeout=30000',
  cursor: {
    read: (_response, body) => read(body).next_batch,
    attach: (request, since: string) => ({
      ...request,
      url: `${request.url}&since=${encodeURIComponent(since)}`,
    }),
  },
  parse: body =>
    Object.entries(read(body).rooms?.join ?? {}).map(([room, { timeline }]) => ({
      type: 'timeline',
      params: { room },
      response: timeline,
    })),
  on: {
    timeline: ({ params, response }: Message<string, { room: string }, Timeline>, cache) => {
      const { events, limited } = response
      cache.setQueryData(
        messageKey('timeline', params),
        limited ? events : append(events, { by: 'event_id' }),
      )
    },
  },
})
