import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Order } from '../shared/order.ts'

// The id of an event is its position in the log: `epoch:seq`. A restart loses the log, so it begins a new epoch.
const epoch = randomUUID()
const maxLogLength = 1_000
const log: string[] = []
let seq = 0

const streams = new Set<ServerResponse>()

export function publish(type: 'order.created' | 'order.changed', order: Order): void {
  seq += 1
  const event = `event: ${type}\nid: ${epoch}:${seq}\ndata: ${JSON.stringify(order)}\n\n`
  log.push(event)
  if (log.length > maxLogLength) log.shift()
  for (const stream of streams) stream.write(event)
}

/** Sends the events that the client missed, then each new one. */
export function openStream(request: IncomingMessage, response: ServerResponse): void {
  const missed = eventsAfter(request.headers['last-event-id']?.toString())
  if (!missed) {
    // Gone: the client fetches its data again and comes back without a position.
    response.writeHead(410).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  // An id without data tells a new client its position before the first event.
  response.write(`${missed.join('')}id: ${epoch}:${seq}\n\n`)
  streams.add(response)
  response.on('close', () => streams.delete(response))
}

/** The events after a position; `undefined` where the log does not reach back that far. */
function eventsAfter(position: string | undefined): string[] | undefined {
  if (position === undefined) return []
  const [positionEpoch, positionSeq] = position.split(':')
  const missing = seq - Number(positionSeq)
  const isInLog = positionEpoch === epoch && missing >= 0 && missing <= log.length
  return isInLog ? log.slice(log.length - missing) : undefined
}

// Comments show the client, and the proxies on the way, that a quiet stream is alive.
setInterval(() => {
  for (const stream of streams) stream.write(':\n\n')
}, 15_000)
