import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

/** How long the server keeps a row, and the longest silence of a healthy connection (ms). */
export const RETENTION = 600
export const PING = 100
export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

export interface Row {
  id: number
}

/**
 * A server of rows that keeps them for a while only, and serves them by every transport. It resumes from any id with what it
 * still has, and says nothing about what it has dropped.
 */
export async function startForgetfulServer(retention = RETENTION, hold = PING) {
  const rows: { row: Row; at: number }[] = []
  const waiting = new Set<() => void>()
  const kept = (after: number) =>
    rows.filter(({ row, at }) => row.id > after && Date.now() - at < retention).map(({ row }) => row)
  let isAway = false
  let isStuck = false
  let snapshots = 0
  const resumptions: { query: string | undefined; header: string | undefined }[] = []

  function follow(after: number, send: (row: Row) => void): () => void {
    let last = after
    const advance = () => {
      if (isStuck) return
      for (const row of kept(last)) {
        last = row.id
        send(row)
      }
    }
    waiting.add(advance)
    advance()
    return () => waiting.delete(advance)
  }

  function serveEvents(request: IncomingMessage, response: ServerResponse) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    const write = (row: Row) =>
      void response.write(`event: row\nid: ${row.id}\ndata: ${JSON.stringify(row)}\n\n`)
    const query = new URL(request.url ?? '', 'http://host').searchParams.get('last_event_id') ?? undefined
    const header = request.headers['last-event-id']?.toString()
    const last = header ?? query
    if (last !== undefined) resumptions.push({ query, header })
    const stop = follow(Number(last ?? rows.length), write)
    const ping = setInterval(() => response.write(':\n\n'), PING)
    response.on('close', () => (clearInterval(ping), stop()))
  }

  /** Holds a request for `hold` ms. */
  function serveLongPoll(request: IncomingMessage, response: ServerResponse) {
    const after = Number((request.headers['if-none-match'] ?? `"${rows.length}"`).replaceAll('"', ''))
    const respond = (next: Row | undefined) => {
      clearTimeout(held)
      if (response.writableEnded) return
      response.setHeader('etag', `"${next?.id ?? after}"`)
      response.end(next && JSON.stringify({ type: 'row', response: next }))
    }
    const held = setTimeout(() => respond(undefined), hold)
    const stop = follow(after, respond)
    response.on('close', stop)
  }

  const server = createServer((request, response) => {
    if (isAway) return void response.writeHead(503).end()
    if (request.url === '/rows') {
      snapshots++
      return void response.end(JSON.stringify(rows.map(({ row }) => row)))
    }
    if (request.url?.startsWith('/events')) serveEvents(request, response)
    else serveLongPoll(request, response)
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, stream, head) => {
    if (isAway) return void stream.destroy()
    sockets.handleUpgrade(request, stream, head, socket => serveSocket(socket, request))
  })
  function serveSocket(socket: WebSocket, request: IncomingMessage) {
    const after = new URL(request.url ?? '', 'http://host').searchParams.get('after')
    const send = (row: Row) => socket.send(JSON.stringify({ type: 'row', id: String(row.id), response: row }))
    const stop = follow(Number(after ?? rows.length), send)
    socket.on('message', data => socket.send(data, { binary: false }))
    socket.on('close', stop).on('error', () => undefined)
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    sockets.clients.forEach(socket => socket.terminate())
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    snapshots: () => snapshots,
    /** The ids from which event streams resumed, and how they came. */
    resumptions: () => resumptions,
    rows: () => rows.map(({ row }) => row),
    publish() {
      rows.push({ row: { id: rows.length + 1 }, at: Date.now() })
      for (const advance of [...waiting]) advance()
    },
    /** Links stay alive, but no row comes through them any more. */
    getStuck() {
      isStuck = true
    },
    /** Refuses everybody for a while. */
    async goAway(ms: number) {
      isAway = true
      server.closeAllConnections()
      sockets.clients.forEach(socket => socket.terminate())
      await sleep(ms)
      isAway = false
    },
  }
}

export type ForgetfulServer = Awaited<ReturnType<typeof startForgetfulServer>>
