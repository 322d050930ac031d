import { createServer } from 'node:http'
import { Server, type ServerOptions, type Socket } from 'socket.io'
import { startServer } from '../support.tsx'

/** A Socket.IO server whose clients need a token, with rooms for prices and a namespace `/admin`. */
export async function startSocketIo(options: Partial<ServerOptions> = {}) {
  const tokens = new Set<unknown>(['secret'])
  const values = new Map<string, number>()
  const running = await startServer(createServer())
  const io = new Server(running.server, { serveClient: false, ...options })
  const rooms = (...symbols: string[]) =>
    symbols.map(symbol => io.of('/').adapter.rooms.get(symbol)?.size ?? 0)

  function welcome(socket: Socket) {
    socket.on(
      'subscribe',
      (_type: string, { symbol }: { symbol: string }, acknowledge: (answer: unknown) => void) => {
        if (symbol === 'XYZ') return acknowledge({ error: 'No such symbol.' })
        void socket.join(symbol)
        acknowledge(values.get(symbol) ?? 0)
      },
    )
    socket.on('unsubscribe', (_type: string, { symbol }: { symbol: string }) => void socket.leave(symbol))
    socket.on('add', ([left, right]: [number, number], acknowledge: (sum: number) => void) => {
      setTimeout(() => acknowledge(left + right), 50 / left)
    })
    socket.on('fail', (acknowledge: (answer: object) => void) => acknowledge({ error: { part: 'pump' } }))
    socket.on('say', (text: string) => io.emit('said', text))
  }

  for (const namespace of [io.of('/'), io.of('/admin')]) {
    namespace.use((socket, next) => {
      next(tokens.has(socket.handshake.auth['token']) ? undefined : new Error('unauthorized'))
    })
    namespace.on('connection', welcome)
  }
  const publish = (symbol: string, value: number) => {
    values.set(symbol, value)
    io.to(symbol).emit('price', { symbol }, value)
  }
  return { ...running, io, tokens, rooms, publish }
}
