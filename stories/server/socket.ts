import type { Connection } from './connections.ts'
import { batches } from './batches.ts'
import type { DemoSocket } from './demoSocket.ts'
import type { Cursor, Entry } from './envelope.ts'
import type { DemoRequest } from './request.ts'
import { authenticateSocket, isAuthenticate } from './socketAuth.ts'
import { isSubscribeFrame } from './tickerSubscriptions.ts'
import { answerRequest } from './socketRequests.ts'

/** Maximum unread bytes before a socket is reset. The client can reconnect and resume. */
const MAX_UNREAD = 64 * 1024 * 1024

/** Serves one accepted WebSocket: authentication, welcome, missed messages, then live ones. */
export function serveSocket(ws: DemoSocket, request: DemoRequest, connection: Connection): void {
  const { channel, query } = request
  const { outbox } = connection
  const binary = query.get('binary') === '1'
  const send = (data: string | Buffer, options: { binary: boolean }) =>
    outbox.push(() => {
      if (ws.bufferedAmount > MAX_UNREAD) connection.kill()
      else if (ws.readyState === ws.OPEN) ws.send(data, options)
    })
  const sendText = (text: string) => send(text, { binary })
  const sendJson = (value: unknown) => sendText(JSON.stringify(value))
  const sendEntries = (entries: readonly unknown[]) => {
    for (const batch of batches(entries, channel.feed.settings.batch)) sendJson(batch)
  }

  ws.on('error', () => ws.terminate())
  ws.on('ping', data => outbox.push(() => ws.pong(data)))
  authenticateSocket(ws, request, () => {
    welcome(request, sendJson, sendEntries)
    if (query.get('log') !== '0') connection.push = sendEntries
    connection.garble = sendText
    ws.on('close', () => channel.subscriptions.leave(sendJson))
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) send(data, { binary: true })
      else for (const one of requestsIn(data)) take(one)
    })
  })

  function take(one: unknown): void {
    if (isSubscribeFrame(one)) channel.subscriptions.take(one, sendJson)
    else if (!isAuthenticate(one)) void reply(one)
  }

  async function reply(one: unknown): Promise<void> {
    const answer = await answerRequest(one, channel)
    if (Buffer.isBuffer(answer)) send(answer, { binary: true })
    else sendJson(answer)
  }
}

function welcome(
  { channel, client, query }: DemoRequest,
  sendJson: (value: unknown) => void,
  sendEntries: (entries: readonly unknown[]) => void,
): void {
  const { log, faults } = channel
  const cursor = readCursor(query)
  const missed: Entry[] | undefined = cursor && log.after(cursor)
  sendJson({ type: 'welcome', params: null, response: { resumed: missed !== undefined, ...log.head } })
  if (missed) sendEntries(faults.withoutDropped(missed, client, 'socket'))
  else if (query.get('snapshot') === '1') sendEntries(log.snapshot())
}

/** An invalid cursor resumes nothing, and the welcome says so. */
function readCursor(query: URLSearchParams): Cursor | undefined {
  const epoch = query.get('epoch')
  const seq = query.get('seq')
  return epoch !== null && seq !== null && /^\d+$/.test(seq) ? { epoch, seq: Number(seq) } : undefined
}

/** A frame is one request or an array of them; one that is not JSON is a request without a type. */
function requestsIn(data: Buffer): unknown[] {
  try {
    const parsed: unknown = JSON.parse(data.toString('utf8'))
    return Array.isArray(parsed) ? parsed : [parsed]
  } catch {
    return [undefined]
  }
}
