import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'

interface Frame {
  method: 'ping' | 'subscribe' | 'unsubscribe'
  params: { channel: string; symbol: string[] }
  req_id: number
}

interface Book {
  bids: Map<number, number>
  asks: Map<number, number>
}

/** Order books. https://docs.kraken.com/api/docs/websocket-v2/book */
export async function startKraken(symbols: string[]) {
  const books = new Map(symbols.map(symbol => [symbol, { bids: new Map(), asks: new Map() } as Book]))
  const subscribers = new Map<WebSocket, Set<string>>()
  const refusals: string[] = []
  const frames: Frame[] = []
  const server = createServer()
  new WebSocketServer({ server }).on('connection', socket => {
    const send = (frame: object) => socket.send(JSON.stringify(frame))
    const held = new Set<string>()
    subscribers.set(socket, held)
    socket.on('close', () => subscribers.delete(socket))
    send({ channel: 'status', type: 'update', data: [{ system: 'online', api_version: 'v2' }] })
    socket.on('message', (text: Buffer) => {
      const frame = JSON.parse(text.toString()) as Frame
      frames.push(frame)
      const { method, params, req_id } = frame
      if (method === 'ping') return send({ method: 'pong', req_id })
      for (const symbol of params.symbol) {
        const isNew = method === 'subscribe' ? !held.has(symbol) : held.has(symbol)
        const error = !books.has(symbol)
          ? `Currency pair not supported ${symbol}`
          : isNew || (method === 'subscribe' ? 'Already subscribed' : 'Subscription Not Found')
        if (error !== true) {
          refusals.push(error)
          send({ method, req_id, success: false, symbol, error })
        } else {
          send({ method, req_id, success: true, result: { channel: 'book', symbol, snapshot: true } })
          if (method === 'unsubscribe') held.delete(symbol)
          else held.add(symbol)
          if (method === 'subscribe') send(bookFrame('snapshot', symbol, books.get(symbol)!))
        }
      }
    })
  })
  const levels = (side: Map<number, number>) => [...side].map(([price, qty]) => ({ price, qty }))
  const bookFrame = (type: string, symbol: string, { bids, asks }: Book) => ({
    channel: 'book',
    type,
    data: [{ symbol, bids: levels(bids), asks: levels(asks) }],
  })
  /** Sets one level. A quantity of 0 removes it. */
  function set(symbol: string, side: 'bids' | 'asks', [price, qty]: [number, number]) {
    const book = books.get(symbol)!
    if (qty === 0) book[side].delete(price)
    else book[side].set(price, qty)
    const change = { bids: new Map(), asks: new Map(), [side]: new Map([[price, qty]]) }
    for (const [socket, held] of subscribers)
      if (held.has(symbol)) socket.send(JSON.stringify(bookFrame('update', symbol, change)))
  }
  const held = () => [...subscribers.values()].flatMap(symbols => [...symbols])
  return { ...(await startServer(server)), frames, refusals, held, set }
}
