import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { newOrderSchema } from '../shared/order.ts'
import { openStream } from './events.ts'
import { createOrder, getOrder, getPage } from './orders.ts'

const port = Number(process.env.PORT ?? 8081)

const server = createServer((request, response) => {
  route(request, response).catch((error: unknown) => {
    console.error(error)
    send(response, 500, { message: 'Internal server error' })
  })
})

async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const [, id] = /^\/api\/orders\/(\d+)$/.exec(pathname) ?? []

  if (pathname === '/api/events') return openStream(request, response)
  if (pathname === '/api/orders' && request.method === 'POST') return postOrder(request, response)
  if (pathname === '/api/orders') return send(response, 200, getPage(Number(searchParams.get('page')) || 1))

  const order = getOrder(Number(id))
  if (order) return send(response, 200, order)
  send(response, 404, { message: 'Not found' })
}

async function postOrder(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: unknown = await json(request).catch(() => undefined)
  const result = newOrderSchema.safeParse(body)
  if (result.success) send(response, 201, createOrder(result.data))
  else send(response, 400, { message: result.error.issues.map(({ message }) => message).join(', ') })
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

server.listen(port, () => console.log(`The server listens on port ${port}.`))
