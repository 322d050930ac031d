import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'

interface Order {
  id: string
  item: string
  quantity: number
}

const PAGE_SIZE = 2

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
        const isNew = !orders.has(order.id)
        orders.set(order.id, order)
        push(isNew ? 'order.created' : 'order.changed', order)
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
      if (id) return reply(orders.get(id))
      const item = searchParams.get('item')
      const found = [...orders.values()].filter(order => !item || order.item === item)
      const page = Number(searchParams.get('page'))
      return reply(page ? found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE) : found)
    }
  })

  const sockets = new WebSocketServer({ server, path: '/socket' })
  function push(type: string, response: unknown) {
    for (const socket of sockets.clients) socket.send(JSON.stringify({ type, response }))
  }
  return server
}
