import { createServer } from 'node:http'
import { startServer } from '../support.tsx'

interface Room {
  timeline: { events: object[]; limited: boolean }
}

/** A homeserver's timeline. https://spec.matrix.org/latest/client-server-api/#syncing */
export async function startMatrix({ limit = 10 } = {}) {
  const tokens = new Set(['secret'])
  const log: { room: string; event: object }[] = []
  const held = new Set<() => void>()
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://localhost')
    const respond = (status: number, body: object) =>
      void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    if (!tokens.has(request.headers.authorization?.slice('Bearer '.length) ?? ''))
      return respond(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Unrecognised access token' })
    const since = searchParams.get('since')
    const sync = () => {
      clearTimeout(timer)
      held.delete(sync)
      const join: Record<string, Room> = {}
      for (const { room, event } of log.slice(Number(since?.slice(1) ?? 0))) {
        const { timeline } = (join[room] ??= { timeline: { events: [], limited: false } })
        timeline.events.push(event)
        timeline.limited ||= timeline.events.splice(0, timeline.events.length - limit).length > 0
      }
      respond(200, { next_batch: `s${log.length}`, rooms: { join } })
    }
    const timer = setTimeout(sync, Number(searchParams.get('timeout')))
    response.on('close', () => held.delete(sync) && clearTimeout(timer))
    held.add(sync)
    if (since !== `s${log.length}`) sync()
  })
  function say(room: string, body: string) {
    log.push({ room, event: { event_id: `$${log.length}`, type: 'm.room.message', content: { body } } })
    for (const sync of held) sync()
  }
  return { ...(await startServer(server)), tokens, held, say }
}
