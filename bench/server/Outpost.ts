import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket, type WebSocketServer } from 'ws'
import type { Fault } from '../protocol.ts'
import type { Channels } from './Channel.ts'
import { serveSockets } from './serveSockets.ts'

/** A server with its own port, so that it can fail alone. */
export class Outpost {
  readonly #server = createServer()
  readonly #connections = new Set<Socket>()
  readonly #sockets: WebSocketServer
  #port = 0

  constructor(channels: Channels) {
    this.#sockets = serveSockets(this.#server, channels)
    this.#server.on('connection', connection => {
      this.#connections.add(connection)
      connection.once('close', () => this.#connections.delete(connection))
    })
  }

  async open(): Promise<number> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
    return this.#port
  }

  /** Applies a fault to its connections; resolves when it is reachable again. */
  async suffer({ kind, seconds }: Fault): Promise<void> {
    if (kind === 'close') {
      for (const socket of this.#sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.close(1001)
      return
    }
    if (kind === 'away') this.#server.close()
    for (const connection of this.#connections) connection.resetAndDestroy()
    if (kind === 'reset') return
    await sleep(seconds * 1_000)
    await this.open()
  }

  close(): void {
    this.#server.close()
    for (const connection of this.#connections) connection.destroy()
  }
}
