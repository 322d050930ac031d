import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'

// #region server
import type { WebSocket } from 'ws'

const prices = new Map<string, number>()
/** The symbols that each socket has requested. They are forgotten when it closes. */
const wanted = new Map<WebSocket, Set<string>>()

/** For `new WebSocketServer({ port: 8080 }).on('connection', onConnection)`. */
function onConnection(socket: WebSocket) {
  const symbols = new Set<string>()
  wanted.set(socket, symbols)
  socket.on('close', () => wanted.delete(socket))
  socket.on('message', (data: Buffer) => {
    const { type, params, id } = JSON.parse(data.toString()) as {
      type: string
      params: { symbol: string }
      id?: number
    }
    if (type === 'price.stop') symbols.delete(params.symbol)
    if (type !== 'price') return
    symbols.add(params.symbol)
    socket.send(JSON.stringify({ ...messageOf(params.symbol), re: id }))
  })
}

/** Call it whenever a price changes. */
export function setPrice(symbol: string, last: number) {
  prices.set(symbol, last)
  for (const [socket, symbols] of wanted) {
    if (symbols.has(symbol)) socket.send(JSON.stringify(messageOf(symbol)))
  }
}

function messageOf(symbol: string) {
  return { type: 'price', params: { symbol }, response: { last: prices.get(symbol) ?? 0 } }
}
// #endregion server

export function createMarketServer(): Server {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', onConnection)
  return server
}

export const wantedSymbols = () => [...wanted.values()].flatMap(symbols => [...symbols]).sort()
