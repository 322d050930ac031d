import { type Message, messageKey, type Outgoing, type Protocol, socketOptions } from 'react-query-realtime'

interface Level {
  price: number
  qty: number
}
export interface Book {
  bids: Level[]
  asks: Level[]
}
type BookUpdate = Book & { isSnapshot: boolean; symbol: string }

interface Frame {
  channel?: string
  type?: string
  data: BookUpdate[]
  method?: string
  symbol?: string
  error?: string
}

const symbolOf = ({ params }: Outgoing) => (params as { symbol: string }).symbol

const protocol: Protocol = link => {
  const subscribes = new Map<string, number>()
  const write = (method: string, out: readonly Outgoing[]) => {
    const [first] = out
    const params = { channel: first?.type, symbol: out.map(symbolOf) }
    if (method === 'subscribe') for (const one of out) subscribes.set(symbolOf(one), one.id)
    return JSON.stringify({ method, params, req_id: first?.id })
  }
  return {
    greet: () => link.heartbeat({ interval: 30_000 }),
    parse(text) {
      const frame = JSON.parse(String(text)) as Frame
      if (frame.channel === 'status') return link.ready()
      if (frame.channel === 'book')
        return frame.data.map(book => ({
          type: 'book',
          params: { symbol: book.symbol },
          response: { ...book, isSnapshot: frame.type === 'snapshot' },
        }))
      // One for each symbol of a subscribe, all with the same id.
      const re = frame.method === 'subscribe' && subscribes.get(frame.symbol ?? '')
      return re ? { re, error: frame.error } : undefined
    },
    serialize: out =>
      out.kind === 'heartbeat' ? JSON.stringify({ method: 'ping', req_id: out.id }) : write(out.kind, [out]),
    batch: out => [write(out[0]?.kind ?? '', out)],
  }
}

const merge = (levels: Level[], changes: Level[]) =>
  [...levels.filter(({ price }) => !changes.some(change => change.price === price)), ...changes]
    .filter(({ qty }) => qty > 0)
    .sort((a, b) => a.price - b.price)

export const kraken = socketOptions({
  url: '/v2',
  protocol,
  on: {
    book: ({ params, response }: Message<string, unknown, BookUpdate>, cache) =>
      cache.setQueryData<Book>(messageKey('book', params), (book = { bids: [], asks: [] }) =>
        response.isSnapshot
          ? response
          : { bids: merge(book.bids, response.bids), asks: merge(book.asks, response.asks) },
      ),
  },
})
