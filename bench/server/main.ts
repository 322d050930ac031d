import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Plan } from '../protocol.ts'
import { now } from '../messages.ts'
import { servePage } from './pages.ts'
import { Runs } from './runs.ts'
import { serveSockets } from './socket.ts'

const [, , folder = ''] = process.argv
const runs = new Runs()

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  const [, action, name = ''] = path.split('/')
  if (action === 'clock') return endWith(response, now())
  if (action === 'play') return endWith(response, await runs.get(name).play((await json(request)) as Plan))
  return servePage(path, folder, response)
}

function endWith(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error))
  })
})
serveSockets(server, runs)
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})
process.on('disconnect', () => process.exit())
