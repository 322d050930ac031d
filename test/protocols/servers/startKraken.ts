import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'

interface Frame {
  method: string
  params: { channel: string; symbol: string[] }
  req_id: number
}

type Side = 'bids' | 'asks'

/** Order books. https://docs.kraken.com/api/docs/websocket-v2/book */
export async function startKraken(symbols: string[]) {
  const newBook = () => ({ bids: new Map<number, number>(), asks: new Map<number, number>() })
  const books = new Map(symbols.map(symbol => [symbol, newBook()]))
  const subscribers = new Map<WebSocket, Set<string>>()
  const refusals: string[] = []
  const frames: Frame[] = []
  const write = (type: string, symbol: string, { bids, asks }: ReturnType<typeof newBook>) => {
    const [b, a] = [bids, asks].map(side => [...side].map(([price, qty]) => ({ price, qty })))
    return JSON.stringify({ channel: 'book', type, data: [{ symbol, bids: b, asks: a }] })
  }
  const server = createServer()
  new WebSocketServer({ server }).on('connection', socket => {
    const held = new Set<string>()
    subscribers.set(socket, held)
    socket.on('close', () => subscribers.delete(socket))
    socket.send(JSON.stringify({ channel: 'status', type: 'update', data: [{ system: 'online' }] }))
    socket.on('message', (text: Buffer) => {
      const { method, params, req_id } = frames[frames.push(JSON.parse(String(text)) as Frame) - 1]!
      if (method === 'ping') return socket.send(JSON.stringify({ method: 'pong', req_id }))
      for (const symbol of params.symbol) {
        const book = books.get(symbol)
        const isTwice = method === 'subscribe' && held.has(symbol)
        const error = !book ? `Currency pair not supported ${symbol}` : isTwice && 'Already subscribed'
        if (error) refusals.push(error)
        const outcome = error ? { success: false, error } : { success: true, result: { symbol } }
        socket.send(JSON.stringify({ method, req_id, symbol, ...outcome }))
        if (method === 'unsubscribe') held.delete(symbol)
        else if (book && !isTwice) socket.send((held.add(symbol), write('snapshot', symbol, book)))
      }
    })
  })
  /** Sets one level. A quantity of 0 removes it. */
  function set(symbol: string, side: Side, [price, qty]: [number, number]) {
    books.get(symbol)![side].set(price, qty)
    if (qty === 0) books.get(symbol)![side].delete(price)
    const update = write('update', symbol, { ...newBook(), [side]: new Map([[price, qty]]) })
    for (const [socket, held] of subscribers) if (held.has(symbol)) socket.send(update)
  }
  const held = () => [...subscribers.values()].flatMap(symbols => [...symbols])
  return { ...(await startServer(server)), frames, refusals, held, set }
}
