import { batches } from './batches.ts'
import { checkQueryNumber } from './check.ts'
import type { Cursor, Envelope } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import { watchToken } from './watchToken.ts'

type Item = Envelope & Partial<Cursor>

/** `GET /events`: the log as a stream of Server-Sent Events. */
export function events(exchange: Exchange): void {
  const { channel, client, query, req, res, connection, answerGarbage, onClose } = exchange
  const { faults } = channel
  const interval = checkQueryNumber(query, 'comment', { min: 10, max: 60_000, fallback: 10_000 })
  const isHtml = faults.get('garbage', client)?.kind === 'html'
  if (isHtml && faults.takeGarbage(client, 'events')) {
    answerGarbage('html')
    return
  }
  req.resume()

  const { outbox } = connection
  const write = (text: string) => outbox.push(() => void res.write(text))
  const send = (items: Item[]) => {
    for (const batch of batches(items, channel.feed.settings.batch)) write(eventText(batch))
  }

  outbox.push(() => {
    res.statusCode = 200
    res.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
    res.setHeader('Cache-Control', 'no-store, no-transform')
    res.setHeader('X-Accel-Buffering', 'no')
    // A first chunk this short also keeps Storybook's compression, which would buffer, out of the stream.
    res.write('retry: 1000\n\n')
  })
  for (const items of beginning(exchange)) send(items)

  const heartbeat = setInterval(() => outbox.isWaiting || write(': still here\n\n'), interval)
  const unwatch = watchToken(exchange, () => outbox.push(() => void res.end()))
  onClose(() => {
    clearInterval(heartbeat)
    unwatch()
  })
  connection.push = send
  connection.garble = text => write(`data: ${text}\n\n`)
  connection.kill = killStream(exchange)
}

/** The start of a stream: missed events or the latest values, after a `reset` if it cannot resume. */
function beginning({ channel, client, req }: Exchange): Item[][] {
  const { log, faults } = channel
  const snapshot = log.snapshot()
  const cursor = lastEventId(req.headers['last-event-id'])
  if (!cursor) return [snapshot]
  const missed = log.after(cursor)
  if (missed) return [faults.withoutDropped(missed, client, 'events')]
  const { head } = log
  const reset: Item = { type: 'reset', params: null, response: head }
  return snapshot.length > 0 ? [[reset], snapshot] : [[{ ...reset, ...head }]]
}

/** A foreign id counts as a cursor of an unknown epoch. */
function lastEventId(header: string | string[] | undefined): Cursor | undefined {
  if (header === undefined || header === '') return undefined
  const [, epoch, seq] = /^(\w+):(\d+)$/.exec(String(header)) ?? []
  return { epoch: epoch ?? '', seq: Number(seq ?? 0) }
}

function eventText(items: Item | Item[]): string {
  const list = Array.isArray(items) ? items : [items]
  const types = new Set(list.map(({ type }) => type))
  const lines = [`data: ${JSON.stringify(items)}`]
  const [type = ''] = types
  if (types.size === 1 && !/[\r\n]/.test(type)) lines.unshift(`event: ${type}`)
  const last = list.at(-1)
  if (last?.epoch !== undefined) lines.push(`id: ${last.epoch}:${String(last.seq)}`)
  return `${lines.join('\n')}\n\n`
}

/** A close code means a clean end. Streams have no code. */
function killStream({ res, connection }: Exchange): (code?: number) => void {
  const reset = connection.kill
  return code => (code === undefined ? reset() : void res.end())
}
