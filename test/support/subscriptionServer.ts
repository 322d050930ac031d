import type { WebSocket } from 'ws'
import { startSocketServer } from './socketServer.ts'

export interface SubscribeFrame {
  type: string
  params?: unknown
  subscribe: boolean
  cursor?: unknown
}

/** A server that sends each socket only what it is subscribed to, by the default frames. */
export async function startSubscriptionServer() {
  /** Every subscribe and unsubscribe, in order, as `+BTC` or `-BTC`. */
  const frames: string[] = []
  const held = new Map<WebSocket, Map<string, SubscribeFrame>>()
  const values = new Map<string, unknown>()
  /** What the server does with a new subscription. */
  const respond = {
    subscribed: (key: string, _frame: SubscribeFrame, send: (message: object) => void) => {
      if (values.has(key)) send({ response: values.get(key) })
    },
  }
  const server = await startSocketServer(socket => {
    const mine = new Map<string, SubscribeFrame>()
    held.set(socket, mine)
    socket.on('close', () => held.delete(socket))
    socket.on('message', data => {
      const frame = JSON.parse((data as Buffer).toString()) as SubscribeFrame
      if (typeof frame.subscribe !== 'boolean') return
      const key = keyOf(frame)
      frames.push(`${frame.subscribe ? '+' : '-'}${key}`)
      if (!frame.subscribe) return void mine.delete(key)
      mine.set(key, frame)
      const { type, params } = frame
      respond.subscribed(key, frame, message => socket.send(JSON.stringify({ type, params, ...message })))
    })
  })
  const publish = (key: string, message: object) => {
    if ('response' in message) values.set(key, message.response)
    for (const [socket, mine] of held) {
      const frame = mine.get(key)
      if (frame) socket.send(JSON.stringify({ type: frame.type, params: frame.params, ...message }))
    }
  }
  return Object.assign(server, {
    frames,
    values,
    respond,
    publish: (key: string, response: unknown) => publish(key, { response }),
    /** Sends a message without data, such as an end or an error, to those who are subscribed. */
    say: publish,
    /** What all open sockets are subscribed to, sorted. */
    holds: () => [...held.values()].flatMap(mine => [...mine.keys()]).sort(),
    dropAll: () => server.sockets.forEach(socket => socket.terminate()),
  })
}

/** The symbol, or the type of a subscription without one. */
function keyOf({ type, params }: SubscribeFrame): string {
  const { symbol } = (params ?? {}) as { symbol?: string }
  return symbol ?? type
}
