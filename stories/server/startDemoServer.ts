import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDemoServer } from './createDemoServer.ts'
import { sendAnswer } from './http.ts'
import { ROUTES, SOCKETS } from './routes.ts'

export interface RunningDemoServer {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  url: string
  port: number
  /** Breaks every connection; resolves when the port is free again. */
  close: () => Promise<void>
}

/**
 * Runs the demo server on its own, on loopback only.
 * @param options.port 0 (the default) takes a free port. Rejects if the port is taken.
 */
export async function startDemoServer({ port = 0 }: { port?: number } = {}): Promise<RunningDemoServer> {
  const demo = createDemoServer()
  const paths = [...ROUTES.keys(), ...SOCKETS.keys()]
  const server = createServer((req, res) => {
    if (demo.handleRequest(req, res)) return
    sendAnswer(res, { status: 404, body: { message: `There is nothing here. Try: ${paths.join(', ')}.` } })
  })
  server.on('upgrade', (req, socket, head) => {
    if (!demo.handleUpgrade(req, socket, head)) socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        demo.close()
        server.closeAllConnections()
      }),
  }
}
