import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'

type Frame = [joinRef: string | null, ref: string | null, topic: string, event: string, payload: object]

/** https://hexdocs.pm/phoenix/writing_a_channels_client.html, where a `token` connects and a `key` joins. */
export async function startPhoenix() {
  const heartbeats = { count: 0 }
  /** The sockets in each topic, and the reference that each of them joined with. */
  const topics = new Map<string, Map<WebSocket, string | null>>()
  const membersOf = (topic: string) => topics.get(topic) ?? topics.set(topic, new Map()).get(topic)!
  const write = (socket: WebSocket, frame: Frame) => socket.send(JSON.stringify(frame))
  const running = await startServer(createServer())

  const sockets = new WebSocketServer({ server: running.server, path: '/socket/websocket' })
  sockets.on('connection', (socket, { url }) => {
    if (!url?.includes('token=secret') || !url.includes('vsn=2.0.0')) return socket.close(4401)
    socket.on('close', () => topics.forEach(members => members.delete(socket)))
    socket.on('message', (data: Buffer) => {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data.toString()) as Frame
      const members = membersOf(topic)
      const reply = (status: 'ok' | 'error', response: object) =>
        write(socket, [joinRef, ref, topic, 'phx_reply', { status, response }])
      if (event === 'heartbeat') return reply('ok', { count: ++heartbeats.count })
      if (event !== 'phx_join' && !members.has(socket)) return reply('error', { reason: 'unmatched topic' })
      if ('key' in payload && payload.key === 'wrong') return reply('error', { reason: 'unauthorized' })
      if (event === 'phx_join') members.set(socket, joinRef)
      reply('ok', payload)
      if (event === 'phx_leave' && members.delete(socket))
        write(socket, [joinRef, ref, topic, 'phx_close', {}])
    })
  })
  /** Broadcasts. A channel that ends (`phx_close`) or crashes (`phx_error`) says so with its reference. */
  const tell = (topic: string, event: string, payload = {}) =>
    membersOf(topic).forEach((joinRef, socket) =>
      write(socket, [event.startsWith('phx_') ? joinRef : null, null, topic, event, payload]),
    )
  return {
    ...running,
    heartbeats,
    tell,
    count: (...names: string[]) => names.map(name => membersOf(name).size),
  }
}
