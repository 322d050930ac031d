import { createServer, type ServerResponse } from 'node:http'
import { startServer } from '../support.tsx'

/** How the response says where the hub continues: since version 1.0 of the protocol, and before. */
export const HEADERS = ['Mercure-Last-Event-ID', 'Last-Event-ID'] as const

/** A hub that keeps a few updates. https://mercure.rocks/spec, "Subscription" and "Reconciliation" */
export async function startMercure({ history = 4, header = HEADERS[0] as string } = {}) {
  const tokens = new Set(['jwt'])
  const updates: { id: string; topic: string; data: string }[] = []
  const subscribers = new Map<ServerResponse, string[]>()
  let count = 0
  const write = (response: ServerResponse, { id, data }: { id: string; data: string }) =>
    response.write(`id: ${id}\ndata: ${data}\n\n`)
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    if (pathname !== '/.well-known/mercure') return void response.writeHead(404).end()
    if (!tokens.has(request.headers.authorization?.slice('Bearer '.length) ?? ''))
      return void response.writeHead(401).end()
    const topics = searchParams.getAll('match')
    const last =
      request.headers['last-event-id']?.toString() ?? searchParams.get('last_event_id') ?? undefined
    const index = updates.findIndex(({ id }) => id === last)
    response.setHeader('Content-Type', 'text/event-stream')
    // Another id than the requested one: updates may be lost.
    if (last !== undefined) response.setHeader(header, index < 0 ? 'earliest' : last)
    response.flushHeaders()
    const missed = last === undefined ? [] : updates.slice(index + 1)
    for (const update of missed) if (topics.includes(update.topic)) write(response, update)
    subscribers.set(response, topics)
    response.on('close', () => subscribers.delete(response))
  })
  function publish(topic: string, content: object) {
    const update = { id: `urn:uuid:${++count}`, topic, data: JSON.stringify({ '@id': topic, ...content }) }
    updates.splice(0, updates.push(update) - history)
    for (const [response, topics] of subscribers) if (topics.includes(topic)) write(response, update)
  }
  /** The hub restarts without its history. */
  const forget = () => void updates.splice(0)
  return { ...(await startServer(server)), tokens, subscribers, publish, forget }
}
