import { createServer, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

interface Order {
  id: string
  item: string
  quantity: number
}

/** Responds after `delay` ms. Pushes just before it responds, or `pushDelay` ms after. Has at most ten of each item. */
export function createOrdersServer({
  delay = 300,
  pushDelay,
}: { delay?: number; pushDelay?: number } = {}): Server {
  const orders = new Map<string, Order>([['1', { id: '1', item: 'tea', quantity: 2 }]])
  const sockets = new Set<WebSocket>()

  const push = (order: Order) => {
    const message = JSON.stringify({ type: 'order.changed', response: order })
    for (const socket of sockets) socket.send(message)
  }

  function save(order: Order, reply: (result: { response: Order } | { error: string }) => void) {
    if (order.quantity > 10) return reply({ error: 'Sold out' })
    orders.set(order.id, order)
    if (pushDelay === undefined) push(order)
    reply({ response: order })
    if (pushDelay !== undefined) setTimeout(push, pushDelay, order)
  }

  const server = createServer((request, response) => {
    void handle()

    async function handle() {
      const reply = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.method === 'GET') return setTimeout(() => reply(200, [...orders.values()]), delay)
      let text = ''
      for await (const chunk of request) text += String(chunk)
      setTimeout(() => {
        save(JSON.parse(text) as Order, result =>
          'error' in result ? reply(409, result.error) : reply(201, result.response),
        )
      }, delay)
    }
  })

  new WebSocketServer({ server, path: '/socket' }).on('connection', (socket: WebSocket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data: Buffer) => {
      const { type, params, id } = JSON.parse(data.toString()) as { type: string; params: Order; id: number }
      setTimeout(() => {
        save(params, result => socket.send(JSON.stringify({ type, params, re: id, ...result })))
      }, delay)
    })
  })

  return server
}
