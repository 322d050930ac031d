import { longPollOptions, type Message, messageKey } from 'react-query-realtime'

interface Feed {
  results: { id: string; deleted?: boolean; doc?: Record<string, unknown> }[]
  last_seq: number | string
}

const read = (body: unknown) => JSON.parse(String(body)) as Feed

export const changesOf = (database: string) =>
  longPollOptions({
    url: `${database}/_changes?feed=longpoll&include_docs=true`,
    cursor: {
      read: (_response, body) => read(body).last_seq,
      attach: (request, seq) => ({
        ...request,
        url: `${request.url}&since=${encodeURIComponent(seq)}`,
      }),
    },
    parse: body =>
      read(body).results.map(({ id, deleted, doc }) => ({
        type: 'document',
        params: { database, id },
        response: deleted ? null : doc,
      })),
    on: {
      document: ({ params, response }: Message, cache) =>
        cache.setQueryData(messageKey('document', params), response),
    },
  })
