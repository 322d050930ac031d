import { append, longPollOptions, type Message, messageKey } from 'react-query-realtime'

interface Update {
  update_id: number
  message?: { chat: { id: number }; text?: string }
}

const read = (body: unknown) => (JSON.parse(String(body)) as { result: Update[] }).result

export const telegram = longPollOptions({
  url: '/getUpdates?timeout=30',
  attachToken: (request, token) => ({
    ...request,
    url: request.url.replace('/getUpdates', `/bot${token}/getUpdates`),
  }),
  cursor: {
    // Acknowledges everything before it. An empty result keeps the offset.
    read: (_response, body, previous: number | undefined) => {
      const last = read(body).at(-1)
      return last ? last.update_id + 1 : previous
    },
    attach: (request, offset) => ({ ...request, url: `${request.url}&offset=${offset}` }),
  },
  parse: body =>
    read(body).map(({ message }) => ({
      type: 'message',
      params: { chat: message?.chat.id },
      response: message?.text,
    })),
  on: {
    message: ({ params, response }: Message<string, { chat: number }, string>, cache) =>
      cache.setQueryData(messageKey('message', params), append(response)),
  },
  reconnect: {
    // Another client polls with this token. The offset stays valid.
    decide: failure => (failure.kind === 'status' && failure.status === 409 ? 'retry' : undefined),
  },
})
