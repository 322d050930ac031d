import { createServer, type ServerResponse } from 'node:http'
import { startServer } from '../support.tsx'

/** A hub that keeps a few updates. https://mercure.rocks/spec, "Subscription" and "Reconnection" */
export async function startMercure({ history = 4 } = {}) {
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
    const last = request.headers['last-event-id'] as string | undefined
    const index = updates.findIndex(({ id }) => id === last)
    response.setHeader('Content-Type', 'text/event-stream')
    // Another id than the requested one: updates may be lost.
    if (last !== undefined) response.setHeader('Mercure-Last-Event-ID', index < 0 ? 'earliest' : last)
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
  return { ...(await startServer(server)), tokens, subscribers, publish }
}
