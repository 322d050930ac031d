import { createServer, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

interface Frame {
  op: string
  ref: number
  item: string
  watch?: string
  token?: string
}

/** An auction house. Only its path `/auctions` needs a token. */
export function createAuctionServer() {
  const bids = new Map<string, number>([['vase', 10]])
  const watches = new Map<string, { socket: WebSocket; item: string }>()
  const seen = { pings: 0, tokens: [] as unknown[] }
  let lastWatch = 0

  const server: Server = createServer()
  new WebSocketServer({ server }).on('connection', (socket, { url }) => {
    let isWelcome = url === '/open'
    const write = (frame: object) => socket.send(JSON.stringify(frame))
    const forget = () => watches.forEach((each, name) => each.socket === socket && watches.delete(name))
    socket.on('close', forget)
    socket.on('message', (text: Buffer) => {
      const { op, ref, item, watch = '', token } = JSON.parse(text.toString()) as Frame
      if (op === 'auth') {
        seen.tokens.push(token)
        isWelcome = token === 'secret'
        return write(isWelcome ? { op: 'welcome', every: 50 } : { op: 'denied' })
      }
      if (!isWelcome) return socket.close(4400)
      if (op === 'ping') return write({ op: 'pong', count: ++seen.pings })
      const data = { bid: bids.get(item) }
      if (op === 'unwatch') return watches.delete(watch) && write({ op: 'ok', ref })
      if (data.bid === undefined) return write({ op: 'error', ref, reason: 'no such item' })
      if (op === 'get') return write({ op: 'ok', ref, data })
      const name = `w${++lastWatch}`
      watches.set(name, { socket, item })
      write({ op: 'ok', ref, watch: name })
      write({ op: 'bid', watch: name, data })
    })
  })

  /** Tells everyone who watches the item. */
  function tell(item: string, op: string, data?: object) {
    for (const [watch, each] of watches)
      if (each.item === item) each.socket.send(JSON.stringify({ op, watch, data }))
  }
  return {
    server,
    seen,
    watched: () => [...watches.values()].map(({ item }) => item).sort(),
    bid(item: string, bid: number) {
      bids.set(item, bid)
      tell(item, 'bid', { bid })
    },
    end: (item: string) => tell(item, 'end'),
  }
}
