import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'

interface Order {
  id: string
  item: string
  quantity: number
}

/** Orders by HTTP, and a push for each change. PUT writes an order, DELETE removes it. */
export function createOrdersServer(): Server {
  const orders = new Map<string, Order>([
    ['1', { id: '1', item: 'tea', quantity: 2 }],
    ['2', { id: '2', item: 'coffee', quantity: 1 }],
  ])

  const server = createServer((request, response) => {
    void handle()

    async function handle() {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
      const id = pathname.split('/')[2] ?? ''
      const reply = (body: unknown) => response.end(JSON.stringify(body))
      if (request.method === 'PUT') {
        let text = ''
        for await (const chunk of request) text += String(chunk)
        const order = JSON.parse(text) as Order
        orders.set(order.id, order)
        push('order.changed', order)
        return reply(order)
      }
      if (request.method === 'DELETE') {
        orders.delete(id)
        push('order.removed', { id })
        return reply(null)
      }
      if (pathname === '/total')
        return reply([...orders.values()].reduce((sum, { quantity }) => sum + quantity, 0))
      if (id && !orders.has(id)) return response.writeHead(404).end()
      const item = searchParams.get('item')
      return reply(id ? orders.get(id) : [...orders.values()].filter(order => !item || order.item === item))
    }
  })

  const sockets = new WebSocketServer({ server, path: '/socket' })
  function push(type: string, response: unknown) {
    for (const socket of sockets.clients) socket.send(JSON.stringify({ type, response }))
  }
  return server
}
