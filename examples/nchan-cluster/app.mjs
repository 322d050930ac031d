import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const {
  HOST = '127.0.0.1',
  PORT = '8090',
  PUBLISHERS = '',
  REMEMBERED_FOR = '60',
  ROWS_PER_SECOND = '10',
  BEAT = '5000',
} = process.env

// The newest rows, as a database would have them.
const rows = []
const KEPT = 2_000
let last = 0
let pace = Number(ROWS_PER_SECOND)

// The outbox: messages in the order of their numbers, until Nchan has them. A new epoch says that the numbers start over.
const epoch = Date.now().toString(36)
const outbox = []
let seq = 0

const send = (type, response) => outbox.push(JSON.stringify({ type, response, epoch, seq: ++seq }))

function addRow() {
  const row = { id: ++last, at: Date.now() }
  rows.push(row)
  if (rows.length > KEPT) rows.shift()
  send('row', row)
}

let due = 0
setInterval(() => {
  for (due += pace / 20; due >= 1; due--) addRow()
}, 50)

// Numbered as all messages are: a beat reveals that the row before it was lost, and that the channel is alive.
setInterval(() => send('beat'), Number(BEAT))

const publishers = PUBLISHERS.split(' ').map(url => `${url}/publish/rows`)

async function post(body) {
  try {
    const response = await fetch(publishers[0], { method: 'POST', body, signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

// One at a time, or they could change places. A message that was posted but not confirmed is posted again: clients drop
// what has a number that they have seen.
async function publish() {
  for (;;) {
    if (outbox.length === 0) await sleep(5)
    else if (await post(outbox[0])) outbox.shift()
    else {
      publishers.push(publishers.shift()) // the other node
      await sleep(100)
    }
  }
}
void publish()

const json = (response, body, headers = {}) =>
  response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))

// The number of the last message that the rows include lets a client join the stream exactly there.
function sendRows(request, response) {
  const ETag = `"${epoch}-${last}"`
  if (request.headers['if-none-match'] === ETag) response.writeHead(304).end()
  else json(response, { epoch, seq, rows }, { ETag, 'Cache-Control': 'no-cache' })
}

/**
 * Nchan would resume from any position. Who was away for too long must hear that messages are gone. A browser does not
 * tell a page why a socket was refused, so it gets no 410: there the numbers reveal the loss.
 */
function authorize({ headers }, response) {
  const [time] = String(headers['x-prev-message-id']).split(':')
  const isForgotten = Number(time) > 0 && Date.now() / 1_000 - Number(time) > Number(REMEMBERED_FOR)
  const isSocket = headers['x-original-uri']?.startsWith('/socket/')
  response.writeHead(isForgotten && !isSocket ? 410 : 200).end()
}

const routes = {
  'GET /api/rows': sendRows,
  'GET /api/origin': (_, response) => json(response, { last, waiting: outbox.length, pace }),
  'PUT /api/pace': async (request, response) => {
    pace = Number(Buffer.concat(await request.toArray()))
    json(response, { pace })
  },
  'GET /authorize': authorize,
}

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://app')
  const route = routes[`${request.method} ${pathname}`]
  if (route) void route(request, response)
  else response.writeHead(404).end()
}).listen(Number(PORT), HOST)
