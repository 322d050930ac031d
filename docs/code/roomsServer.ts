import { createServer, type Server } from 'node:http'
// #region server
import { type WebSocket, WebSocketServer } from 'ws'

interface Room {
  messages: { id: number; text: string }[]
  members: Set<WebSocket>
}

const rooms = new Map<string, Room>()

function roomOf(name: string): Room {
  const room = rooms.get(name) ?? { messages: [], members: new Set() }
  rooms.set(name, room)
  return room
}

function onMessage(socket: WebSocket, data: Buffer) {
  const { type, params } = JSON.parse(data.toString()) as {
    type: string
    params: { room: string; text: string }
  }
  const { messages, members } = roomOf(params.room)
  const toRoom = { room: params.room }
  if (type === 'join') {
    members.add(socket)
    // All messages so far. New ones follow.
    socket.send(JSON.stringify({ type: 'room', params: toRoom, response: messages }))
  }
  if (type === 'leave') members.delete(socket)
  if (type === 'say') {
    const message = { id: messages.length, text: params.text }
    messages.push(message)
    for (const member of members) {
      member.send(JSON.stringify({ type: 'said', params: toRoom, response: message }))
    }
  }
}

/** For `new WebSocketServer({ port: 8080 }).on('connection', onConnection)`. */
function onConnection(socket: WebSocket) {
  socket.on('message', (data: Buffer) => onMessage(socket, data))
  socket.on('close', () => rooms.forEach(({ members }) => members.delete(socket)))
}
// #endregion server

export function createRoomsServer(): Server {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', onConnection)
  return server
}

export const membersOf = (room: string) => roomOf(room).members.size
