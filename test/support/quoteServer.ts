import type { WebSocket } from 'ws'
import { type SocketServer, startSocketServer } from './socketServer.ts'

interface Frame {
  type: string
  params?: { symbol: string }
  id?: unknown
}

export interface QuoteServer extends SocketServer {
  /** Every request for a quote, in order. */
  asked: string[]
  /** All other messages, in order. */
  sent: unknown[]
  /** Changes a quote. It is pushed only to clients that requested it and have not left since. */
  set(symbol: string, last: number): void
  /** Sends a message to everyone. */
  push(message: object): void
  /** Called right before each reply. */
  beforeReply(): void
  /** Whether requests get a reply. */
  answers: boolean
}

/** A server that pushes a quote only to its readers: from a request for it until a `leave`. */
export async function startQuoteServer(): Promise<QuoteServer> {
  const quotes = new Map<string, number>()
  const readers = new Map<WebSocket, Set<string>>()
  const quote = (symbol: string) => ({
    type: 'price',
    params: { symbol },
    response: { last: quotes.get(symbol) ?? 0 },
  })
  const sockets = await startSocketServer(socket => {
    readers.set(socket, new Set())
    socket.on('close', () => readers.delete(socket))
    socket.on('message', (data: Buffer) => {
      const { type, params, id } = JSON.parse(data.toString()) as Frame
      const symbol = params?.symbol ?? ''
      if (type === 'leave') readers.get(socket)?.delete(symbol)
      if (type !== 'price') return void server.sent.push(JSON.parse(data.toString()))
      server.asked.push(symbol)
      if (!server.answers) return
      readers.get(socket)?.add(symbol)
      server.beforeReply()
      socket.send(JSON.stringify({ ...quote(symbol), ...(id !== undefined && { re: id }) }))
    })
  })
  const server: QuoteServer = Object.assign(sockets, {
    asked: [],
    sent: [],
    answers: true,
    beforeReply: () => {},
    set(symbol: string, last: number) {
      quotes.set(symbol, last)
      for (const [socket, symbols] of readers)
        if (symbols.has(symbol)) socket.send(JSON.stringify(quote(symbol)))
    },
    push(message: object) {
      for (const socket of readers.keys()) socket.send(JSON.stringify(message))
    },
  })
  return server
}
