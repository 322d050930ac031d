import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Connection } from './connections.ts'
import { DemoSocket } from './demoSocket.ts'
import { refusedAnswer } from './exchange.ts'
import { refuseUpgrade, resetConnection } from './http.ts'
import { createOutbox } from './outbox.ts'
import { isTokenProtocol, type DemoRequest } from './request.ts'
import type { ServeSocket } from './routes.ts'

const MAX_PAYLOAD = 16 * 1024 * 1024

/** An upgrade request, and how its socket is served. */
interface Upgrade {
  request: DemoRequest
  serve: ServeSocket
}

/** Turns upgrade requests into served sockets, if the faults let them through. */
export function createUpgrader() {
  const wss = new WebSocketServer<typeof DemoSocket>({
    noServer: true,
    clientTracking: false,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD,
    WebSocket: DemoSocket,
    handleProtocols: selectProtocol,
  })

  return function upgrade({ request, serve }: Upgrade, socket: Duplex, head: Buffer): void {
    const { channel, client, req } = request
    const { faults } = channel
    const reset = () => resetConnection(socket)
    socket.on('error', () => socket.destroy())
    if (faults.get('down', client)) {
      reset()
      return
    }
    const refuse = faults.get('refuse', client)
    if (refuse) {
      refuseUpgrade(socket, refusedAnswer(refuse))
      return
    }

    const hold = { isFrozen: () => faults.isFrozen(client), delay: () => faults.delay(client) }
    const connection: Connection = {
      client,
      transport: 'socket',
      outbox: createOutbox(hold, reset),
      kill: reset,
    }
    socket.on('close', channel.connections.add(connection))
    channel.feed.start()
    if (faults.isFrozen(client)) connection.outbox.push(accept)
    else accept()

    function accept(): void {
      wss.handleUpgrade(req, socket, head, ws => {
        adopt(ws, connection)
        serve(ws, connection, request)
      })
    }
  }
}

function adopt(ws: DemoSocket, connection: Connection): void {
  const reset = connection.kill
  ws.outbox = connection.outbox
  connection.kill = code => {
    if (code === undefined) {
      reset()
      return
    }
    connection.outbox.close()
    ws.closeNow(code, 'The fault "kill" is on')
  }
}

/** The first subprotocol that is not a token, or the token if it is the only one. */
function selectProtocol(offered: Set<string>): string | false {
  const names = [...offered]
  return names.find(name => !isTokenProtocol(name)) ?? names[0] ?? false
}
