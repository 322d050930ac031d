import { createServer } from 'node:http'
import { startServer } from '../support.tsx'

/** A bot's updates. https://core.telegram.org/bots/api#getupdates */
export async function startTelegram() {
  const tokens = new Set(['123:secret'])
  const updates: { update_id: number; message: object }[] = []
  const held = new Set<(status?: number) => void>()
  let nextId = 100
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    const respond = (status = 200) => {
      clearTimeout(timer)
      held.delete(respond)
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(
        JSON.stringify(status === 200 ? { ok: true, result: updates } : { ok: false, error_code: status }),
      )
    }
    const timer = setTimeout(respond, Number(searchParams.get('timeout')) * 1000)
    response.on('close', () => held.delete(respond) && clearTimeout(timer))
    if (!tokens.has(/^\/bot(.*)\/getUpdates$/.exec(pathname)?.[1] ?? '')) return respond(401)
    // Only one client may poll: the one before is terminated.
    for (const respondBefore of held) respondBefore(409)
    held.add(respond)
    const offset = Number(searchParams.get('offset'))
    while (updates[0] && updates[0].update_id < offset) updates.shift()
    if (updates.length > 0) respond()
  })
  function say(chat: number, text: string) {
    updates.push({ update_id: nextId++, message: { chat: { id: chat }, text } })
    for (const respond of held) respond()
  }
  return { ...(await startServer(server)), tokens, held, updates, say }
}
