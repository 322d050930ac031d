import { append, type Message, messageKey, type Protocol, socketOptions } from 'react-query-realtime'

interface Frame {
  id: number | null
  method?: string
  result?: { type: 'started' | 'data' | 'stopped'; data: { data: unknown }; id?: string }
  error?: { message: string; data: { code: string } }
}

const protocol: Protocol = link => ({
  greet() {
    link.send(JSON.stringify({ method: 'connectionParams', data: { token: link.token } }))
    link.heartbeat({ interval: 30_000 })
    link.ready()
  },
  parse(text) {
    if (text === 'PING') return link.send('PONG')
    if (text === 'PONG') return undefined
    const { id, method, result, error } = JSON.parse(String(text)) as Frame
    if (error?.data.code === 'UNAUTHORIZED') return link.fail(4401)
    if (method === 'reconnect') return link.fail(1012)
    if (id === null || result?.type === 'started') return undefined
    if (error) return { re: id, error: error.data.code }
    return result?.type === 'stopped'
      ? { re: id, isLast: true }
      : // A tracked value.
        { re: id, response: result?.data.data, id: result?.id }
  },
  serialize({ kind, type: path, params: input, id, of, cursor }) {
    if (kind === 'heartbeat') return 'PING'
    if (kind === 'unsubscribe') return JSON.stringify({ id: of?.id, method: 'subscription.stop' })
    const method = kind === 'subscribe' ? 'subscription' : 'query'
    return JSON.stringify({ id, method, params: { path, input, lastEventId: cursor } })
  },
})

export const trpcSocket = socketOptions({
  url: '/?connectionParams=1',
  protocol,
  recovery: { cursor: ({ id }) => id, perSubscription: true, resumed: true },
  on: {
    onPrice: ({ params, response }: Message<string, unknown, number>, cache) =>
      cache.setQueryData(messageKey('onPrice', params), append(response)),
  },
})
