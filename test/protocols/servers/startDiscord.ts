import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'

interface Frame {
  op: number
  d: { token: string; session_id: string; seq: number }
}

/** https://docs.discord.com/developers/events/gateway, "Connection Lifecycle" */
export async function startDiscord({ heartbeatInterval = 45_000 } = {}) {
  const tokens = new Set(['secret'])
  const frames: Frame[] = []
  /** The dispatches of each session, the first with the number 1. */
  const sessions = new Map<string, { dispatches: string[]; socket: WebSocket }>()
  const server = createServer()
  new WebSocketServer({ server }).on('connection', socket => {
    const send = (op: number, d: unknown) => socket.send(JSON.stringify({ op, d, s: null, t: null }))
    send(10, { heartbeat_interval: heartbeatInterval })
    socket.on('message', (text: Buffer) => {
      const frame = JSON.parse(text.toString()) as Frame
      frames.push(frame)
      const { op, d } = frame
      if (op === 1) return send(11, null)
      if (op !== 2 && op !== 6) return socket.close(4001, 'Unknown opcode')
      if (!tokens.has(d.token)) return socket.close(4004, 'Authentication failed')
      const session_id = op === 2 ? `session${sessions.size + 1}` : d.session_id
      const session = op === 2 ? { dispatches: [], socket } : sessions.get(session_id)
      if (!session) return send(9, false)
      for (const dispatch of session.dispatches.slice(d.seq)) socket.send(dispatch)
      sessions.set(session_id, Object.assign(session, { socket }))
      dispatch(session_id, op === 2 ? 'READY' : 'RESUMED', op === 2 ? { session_id } : {})
    })
  })
  function dispatch(session: string, t: string, d: object) {
    const { dispatches, socket } = sessions.get(session)!
    const text = JSON.stringify({ op: 0, d, s: dispatches.length + 1, t })
    dispatches.push(text)
    socket.send(text)
  }
  function say(channel_id: string, content: string) {
    for (const session of sessions.keys()) dispatch(session, 'MESSAGE_CREATE', { channel_id, content })
  }
  /** Asks all clients to reconnect. */
  const askToReconnect = () =>
    sessions.forEach(({ socket }) => socket.send(JSON.stringify({ op: 7, d: null, s: null, t: null })))
  return { ...(await startServer(server)), tokens, frames, sessions, say, askToReconnect }
}
