// #region server
import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

type Handler = (params: never) => unknown

/** Adds a plain WebSocket at `path` to an HTTP server. `on` handles requests by type, as `socket.on` does. */
export function addPlainSocket(server: Server, path: string, on: Record<string, Handler>) {
  const sockets = new WebSocketServer({ noServer: true })

  server.on('upgrade', (request, stream, head) => {
    // Socket.IO handles all other paths.
    if (new URL(request.url ?? '/', 'http://host').pathname !== path) return
    sockets.handleUpgrade(request, stream, head, socket => {
      socket.on('message', (data: Buffer) => void reply(socket, data))
    })
  })

  async function reply(socket: WebSocket, data: Buffer) {
    const { type, params, id } = JSON.parse(data.toString()) as { type: string; params: never; id: number }
    const send = (result: object) => socket.send(JSON.stringify({ type, params, re: id, ...result }))
    try {
      if (!Object.hasOwn(on, type)) throw new Error('Unknown type')
      send({ response: (await on[type]?.(params)) ?? null })
    } catch (error) {
      send({ error: (error as Error).message })
    }
  }

  return {
    /** Call it wherever the server calls `io.emit`. */
    emit(type: string, params: unknown, response: unknown) {
      const message = JSON.stringify({ type, params, response })
      for (const socket of sockets.clients) socket.send(message)
    },
  }
}
// #endregion server
