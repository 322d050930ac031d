import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

/** The response to one upgrade: a socket, an HTTP status, or none. */
export type Upgrade = 'accept' | 'hang' | number

export interface SocketServer {
  url: string
  /** Every socket that was accepted, in order. */
  sockets: WebSocket[]
  /** Every upgrade request, in order. */
  requests: IncomingMessage[]
  /** The responses to the next upgrades. */
  upgrade: Upgrade
}

/** A WebSocket server on loopback, for one test. */
export async function startSocketServer(
  accepted: (socket: WebSocket, request: IncomingMessage) => void = () => undefined,
): Promise<SocketServer> {
  const http = createServer()
  const raw = new Set<Duplex>()
  const wss = new WebSocketServer({
    noServer: true,
    handleProtocols: protocols => [...protocols][0] ?? false,
  })
  const server: SocketServer = { url: '', sockets: [], requests: [], upgrade: 'accept' }
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    raw.add(stream)
    stream.on('error', () => undefined).on('close', () => raw.delete(stream))
    server.requests.push(request)
    if (server.upgrade === 'hang') return
    if (server.upgrade !== 'accept') {
      stream.end(`HTTP/1.1 ${server.upgrade} No\r\nConnection: close\r\n\r\n`)
      return
    }
    wss.handleUpgrade(request, stream, head, socket => {
      server.sockets.push(socket)
      socket.on('error', () => undefined)
      accepted(socket, request)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  server.url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`
  onTestFinished(() => {
    raw.forEach(stream => stream.destroy())
    http.close()
  })
  return server
}
