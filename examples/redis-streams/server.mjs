import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const { PORT = 8080, REDIS = 'redis://localhost', KEEP = 5_000, HOLD = 20_000, PING = 5_000 } = process.env

const lua = readFileSync(new URL('append.lua', import.meta.url), 'utf8')
const scripts = { append: { lua, numberOfKeys: 2 } }
const redis = new Redis(REDIS, { maxRetriesPerRequest: 2, socketTimeout: 10_000, scripts })
const reader = redis.duplicate({ maxRetriesPerRequest: null })
for (const connection of [redis, reader]) connection.on('error', error => console.error(error.message))

const newest = async () => (await redis.xrevrange('log', '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'
const positionOf = id => ({ epoch: id.split('-')[0], seq: Number(id.split('-')[1]) })
const idOf = ({ epoch, seq }) => `${epoch}-${seq}`
const toMessage = ([id, [, row]]) => ({ type: 'row', response: JSON.parse(row), ...positionOf(id) })

// The messages after a position. `undefined`: the log does not know it, or no longer has the message after it.
async function since(id) {
  if (!/^\d+-\d+$/.test(id)) return undefined
  const [head, found] = await Promise.all([newest(), redis.xrange('log', `(${id}`, '+', 'COUNT', 1000)])
  const { epoch, seq } = positionOf(id)
  const isKnown = found[0] ? found[0][0] === `${epoch}-${seq + 1}` : head === id
  return isKnown ? found.map(toMessage) : undefined
}

// One blocking read wakes all clients of this process.
const news = new EventEmitter().setMaxListeners(0)
let reads = 0

// What a client has missed, then what comes. An empty list says that nothing new came for a while. Ends when
// the position is no longer known.
async function* follow(id, signal) {
  while (!signal.aborted) {
    const seen = reads
    const messages = await since(id)
    if (!messages) return
    yield messages
    if (messages.length > 0) id = idOf(messages.at(-1))
    else if (reads === seen) await once(news, 'read', { signal }).catch(() => {})
  }
}

const routes = {
  'GET /api/health': async (_request, response) => response.end(),
  'POST /api/rows': async (request, response) => {
    await redis.append('log', 'rows', JSON.stringify(await json(request)), KEEP)
    response.writeHead(201).end()
  },
  'GET /api/rows': async ({ headers }, response) => {
    // The position is read first: the rows may contain more than it says, but never less.
    const [id, rows] = await Promise.all([newest(), redis.zrange('rows', 0, -1)])
    response.setHeader('etag', `"${id}"`)
    if (headers['if-none-match'] === `"${id}"`) response.writeHead(304).end()
    else response.end(JSON.stringify({ ...positionOf(id), rows: rows.map(row => JSON.parse(row)) }))
  },
  'GET /api/changes': async ({ headers }, response, life) => {
    const id = headers['if-none-match']?.slice(1, -1)
    if (!id) return response.setHeader('etag', `"${await newest()}"`).end('[]')
    setTimeout(() => life.abort(), Number(HOLD))
    for await (const messages of follow(id, life.signal)) {
      if (messages.length === 0) continue
      return response.setHeader('etag', `"${idOf(messages.at(-1))}"`).end(JSON.stringify(messages))
    }
    response.writeHead(life.signal.aborted ? 204 : 410).end()
  },
  'GET /api/events': async ({ headers }, response, { signal }) => {
    const id = headers['last-event-id'] ?? (await newest())
    for await (const messages of follow(id, signal)) {
      if (!response.headersSent)
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`id: ${id}\n\n`)
      const events = messages.map(message => `id: ${idOf(message)}\ndata: ${JSON.stringify(message)}\n\n`)
      response.write(events.join('') || ':\n\n')
    }
    if (!response.headersSent) response.writeHead(410)
    response.end()
  },
}

const server = createServer((request, response) => {
  const life = new AbortController()
  response.on('close', () => life.abort())
  const route = routes[`${request.method} ${request.url.split('?')[0]}`]
  if (!route) return response.writeHead(404).end()
  route(request, response, life).catch(error => {
    if (response.headersSent) response.destroy()
    else response.writeHead(error instanceof SyntaxError ? 400 : 503).end()
  })
})

async function serveSocket(socket, request) {
  const life = new AbortController()
  const send = message => new Promise(resolve => socket.send(JSON.stringify(message), resolve))
  socket.on('message', () => send({ type: 'heartbeat' })).on('close', () => life.abort())
  const { epoch, seq } = Object.fromEntries(new URL(request.url, 'http://host').searchParams)
  const resumed = (await since(`${epoch}-${seq}`)) !== undefined
  const id = resumed ? `${epoch}-${seq}` : await newest()
  await send({ type: 'welcome', response: { resumed }, ...positionOf(id) })
  for await (const messages of follow(id, life.signal)) if (messages.length > 0) await send(messages)
  socket.close(1012)
}

new WebSocketServer({ server, path: '/api/socket' }).on('connection', (socket, request) => {
  socket.on('error', () => {})
  serveSocket(socket, request).catch(() => socket.close(1011))
})

server.listen(Number(PORT), '127.0.0.1', () => console.log(`The server listens on port ${PORT}.`))

for (let last = '$'; ; reads++, news.emit('read')) {
  const found = await reader.xread('BLOCK', Number(PING), 'STREAMS', 'log', last).catch(() => sleep(200))
  last = found?.[0][1].at(-1)[0] ?? last
}
