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

interface Entity {
  entity_id: string
  state: string
}

/** https://developers.home-assistant.io/docs/api/websocket */
export async function startHomeAssistant() {
  const tokens = new Set(['secret'])
  const states = new Map<string, Entity>()
  const subscriptions = new Map<WebSocket, Map<number, string>>()
  const commands: Command[] = []
  const server = createServer()
  new WebSocketServer({ server, path: '/api/websocket' }).on('connection', socket => {
    const send = (frame: object) => socket.send(JSON.stringify(frame))
    const held = new Map<number, string>()
    let lastId = 0
    send({ type: 'auth_required', ha_version: '2026.11.0' })
    socket.on('close', () => subscriptions.delete(socket))
    socket.on('message', (text: Buffer) => {
      const command = JSON.parse(text.toString()) as Command
      const { type, id } = command
      commands.push(command)
      const fail = (code: string) =>
        send({ id, type: 'result', success: false, error: { code, message: code } })
      if (!subscriptions.has(socket)) {
        const isValid = type === 'auth' && tokens.has(command.access_token ?? '')
        send(isValid ? { type: 'auth_ok' } : { type: 'auth_invalid', message: 'Invalid access token' })
        return isValid ? void subscriptions.set(socket, held) : socket.close()
      }
      if (id <= lastId) return fail('id_reuse')
      lastId = id
      if (type === 'ping') return send({ id, type: 'pong' })
      if (type === 'get_states')
        return send({ id, type: 'result', success: true, result: [...states.values()] })
      if (type === 'subscribe_events') held.set(id, command.event_type!)
      else if (type !== 'unsubscribe_events') return fail('unknown_command')
      else if (!held.delete(command.subscription!)) return fail('not_found')
      send({ id, type: 'result', success: true, result: null })
    })
  })
  function fire(event_type: string, data: object) {
    for (const [socket, held] of subscriptions)
      for (const [id, wanted] of held)
        if (wanted === event_type)
          socket.send(JSON.stringify({ id, type: 'event', event: { event_type, data } }))
  }
  function set(entity_id: string, state: string) {
    states.set(entity_id, { entity_id, state })
    fire('state_changed', { entity_id, new_state: { entity_id, state } })
  }
  const held = () => [...subscriptions.values()].flatMap(events => [...events.values()])
  return { ...(await startServer(server)), tokens, commands, held, fire, set }
}
