import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'

interface Command {
  type: string
  id: number
  access_token?: string
  event_type?: string
  subscription?: number
}

/** https://developers.home-assistant.io/docs/api/websocket */
export async function startHomeAssistant() {
  const tokens = new Set(['secret'])
  const [states, commands] = [new Map<string, object>(), [] as Command[]]
  /** The event types that each client is subscribed to, by id. */
  const clients = new Map<WebSocket, Map<number, string>>()
  const running = await startServer(createServer())
  new WebSocketServer({ server: running.server, path: '/api/websocket' }).on('connection', socket => {
    const send = (frame: object) => socket.send(JSON.stringify(frame))
    const held = new Map<number, string>()
    send({ type: 'auth_required', ha_version: '2026.11.0' })
    socket.on('close', () => clients.delete(socket))
    socket.on('message', (text: Buffer) => {
      const { type, id, ...more } = commands[commands.push(JSON.parse(String(text)) as Command) - 1]!
      if (!clients.has(socket)) {
        const isValid = type === 'auth' && tokens.has(more.access_token ?? '')
        send(isValid ? { type: 'auth_ok' } : { type: 'auth_invalid', message: 'Invalid access token' })
        return isValid ? void clients.set(socket, held) : socket.close()
      }
      if (type === 'ping') return send({ id, type: 'pong' })
      const results: Record<string, () => unknown> = {
        get_states: () => [...states.values()],
        subscribe_events: () => held.set(id, more.event_type!) && null,
        unsubscribe_events: () => (held.delete(more.subscription!) ? null : undefined),
      }
      const result = results[type]?.()
      const outcome = result === undefined ? { error: { code: 'unknown_command' } } : { result }
      send({ id, type: 'result', success: result !== undefined, ...outcome })
    })
  })
  function fire(event_type: string, data: object) {
    for (const [socket, held] of clients)
      for (const [id] of [...held].filter(([, wanted]) => wanted === event_type))
        socket.send(JSON.stringify({ id, type: 'event', event: { event_type, data } }))
  }
  function set(entity_id: string, state: string) {
    states.set(entity_id, { entity_id, state })
    fire('state_changed', { entity_id, new_state: { entity_id, state } })
  }
  const held = () => [...clients.values()].flatMap(events => [...events.values()])
  return { ...running, tokens, commands, held, fire, set }
}
