import { createServer, type IncomingMessage, type Server } from 'node:http'
import { WebSocketServer } from 'ws'

// #region server
import type { WebSocket } from 'ws'

interface Frame {
  type: string
  params: { symbol: string }
  subscribe?: boolean
}

const prices = new Map<string, number>()
/** The symbols that each socket is subscribed to. They are forgotten when it closes. */
const subscribed = new Map<WebSocket, Set<string>>()

/** For `new WebSocketServer({ port: 8080 }).on('connection', onConnection)`. */
function onConnection(socket: WebSocket) {
  const symbols = new Set<string>()
  subscribed.set(socket, symbols)
  socket.on('close', () => subscribed.delete(socket))
  socket.on('message', (data: Buffer) => {
    const { type, params, subscribe } = JSON.parse(data.toString()) as Frame
    if (type !== 'price') return
    if (subscribe === false) symbols.delete(params.symbol)
    if (subscribe !== true) return
    if (!prices.has(params.symbol)) {
      socket.send(JSON.stringify({ type, params, error: 'no such symbol' }))
      return
    }
    symbols.add(params.symbol)
    socket.send(JSON.stringify(messageOf(params.symbol)))
  })
}

/** Call it whenever a price changes. */
export function setPrice(symbol: string, last: number) {
  prices.set(symbol, last)
  for (const [socket, symbols] of subscribed) {
    if (symbols.has(symbol)) socket.send(JSON.stringify(messageOf(symbol)))
  }
}

function messageOf(symbol: string) {
  return { type: 'price', params: { symbol }, response: { last: prices.get(symbol) } }
}
// #endregion server

// #region end
/** Call it when a symbol is no longer traded. */
export function endPrice(symbol: string) {
  for (const [socket, symbols] of subscribed) {
    if (symbols.delete(symbol)) socket.send(JSON.stringify({ ...messageOf(symbol), isLast: true }))
  }
  prices.delete(symbol)
}
// #endregion end

// #region positions
import { randomUUID } from 'node:crypto'

interface ChatFrame {
  type: string
  params: { room: string }
  subscribe?: boolean
  cursor?: { epoch?: string; seq: number }
}

/** Names the log of all rooms. After a restart of the server, it is another one. */
const epoch = randomUUID()
/** The log of each room. The first message has the number 1. */
const logs = new Map<string, { id: string; text: string }[]>()
const rooms = new Map<WebSocket, Set<string>>()

function sendChat(socket: WebSocket, room: string, seq: number) {
  const message = logs.get(room)?.[seq - 1]
  const response = message ? [message] : []
  socket.send(JSON.stringify({ type: 'chat', params: { room }, response, epoch, seq }))
}

function onChatConnection(socket: WebSocket) {
  const joined = new Set<string>()
  rooms.set(socket, joined)
  socket.on('close', () => rooms.delete(socket))
  socket.on('message', (data: Buffer) => {
    const { type, params, subscribe, cursor } = JSON.parse(data.toString()) as ChatFrame
    if (type !== 'chat') return
    if (subscribe === false) joined.delete(params.room)
    if (subscribe !== true) return
    joined.add(params.room)
    const known = cursor?.epoch === epoch ? cursor.seq : 0
    const last = logs.get(params.room)?.length ?? 0
    // Repeats the number if there is nothing new: so the client knows that it missed nothing.
    if (last <= known) sendChat(socket, params.room, known)
    for (let seq = known + 1; seq <= last; seq++) sendChat(socket, params.room, seq)
  })
}

export function say(room: string, text: string) {
  const log = logs.get(room) ?? []
  logs.set(room, log)
  log.push({ id: randomUUID(), text })
  for (const [socket, joined] of rooms) if (joined.has(room)) sendChat(socket, room, log.length)
}
// #endregion positions

export function createMarketServer(): Server {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', (socket: WebSocket, { url }: IncomingMessage) =>
    url === '/chat' ? onChatConnection(socket) : onConnection(socket),
  )
  return server
}

export const subscribedSymbols = () => [...subscribed.values()].flatMap(symbols => [...symbols])
