// #region server
import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

/** Sends live prices on an HTTP server. Call `setPrice` whenever a price changes. */
export function servePrices(server: Server) {
  const prices = new Map<string, number>()
  /** The symbols whose price has changed since the last batch. */
  const changed = new Set<string>()
  /** The symbols that each socket is subscribed to. */
  const wanted = new Map<WebSocket, Set<string>>()

  const messageOf = (symbol: string) => ({
    type: 'price',
    params: { symbol },
    response: { last: prices.get(symbol) ?? 0 },
  })

  new WebSocketServer({ server }).on('connection', (socket: WebSocket) => {
    const symbols = new Set<string>()
    wanted.set(socket, symbols)
    socket.on('close', () => wanted.delete(socket))
    socket.on('message', (data: Buffer) => {
      const { type, params, subscribe } = JSON.parse(data.toString()) as {
        type: string
        params: { symbol: string }
        subscribe?: boolean
      }
      if (type !== 'price') return
      if (subscribe === false) symbols.delete(params.symbol)
      if (subscribe !== true) return
      symbols.add(params.symbol)
      socket.send(JSON.stringify(messageOf(params.symbol)))
    })
  })

  /** Sends each socket one WebSocket message: an array of the changed prices that it wants. */
  function sendBatches() {
    for (const [socket, symbols] of wanted) {
      const batch = [...changed].filter(symbol => symbols.has(symbol)).map(messageOf)
      if (batch.length > 0) socket.send(JSON.stringify(batch))
    }
    changed.clear()
  }

  const timer = setInterval(sendBatches, 100)
  server.on('close', () => clearInterval(timer))

  return {
    setPrice(symbol: string, last: number) {
      prices.set(symbol, last)
      changed.add(symbol)
    },
  }
}
// #endregion server
