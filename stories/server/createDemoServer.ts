import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { BadRequest } from './badRequest.ts'
import { createChannels } from './channels.ts'
import { openExchange } from './exchange.ts'
import { corsHeaders, readJson, sendAnswer, type Answer } from './http.ts'
import { demoRequest, urlOf } from './request.ts'
import { ROUTES, type Route, SOCKETS } from './routes.ts'
import { createUpgrader } from './upgrade.ts'

export interface DemoServer {
  /** Serves `req` and returns `true` if its path is one of the demo server's; otherwise ignores it. */
  handleRequest: (req: IncomingMessage, res: ServerResponse) => boolean
  /** The same for an upgrade to a WebSocket. */
  handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => boolean
  /** Breaks every connection and stops every timer. */
  close: () => void
}

/** The demo server without a port: pass it the requests of any Node http server. */
export function createDemoServer(): DemoServer {
  const channels = createChannels()
  const upgrade = createUpgrader()

  return {
    handleRequest(req, res) {
      const path = urlOf(req).pathname
      const route = ROUTES.get(path)
      if (!route && !SOCKETS.has(path)) return false
      for (const [name, value] of Object.entries(corsHeaders(req))) res.setHeader(name, value)
      const refusal = refusalOf(route, req)
      if (refusal) sendAnswer(res, refusal)
      else if (route) serve(route, req, res)
      return true
    },
    handleUpgrade(req, socket, head) {
      const serveSocket = SOCKETS.get(urlOf(req).pathname)
      if (!serveSocket) return false
      try {
        upgrade({ request: demoRequest(req, channels), serve: serveSocket }, socket, head)
      } catch {
        socket.destroy()
      }
      return true
    },
    close: () => channels.closeAll(),
  }

  function serve(route: Route, req: IncomingMessage, res: ServerResponse): void {
    let fail = (answer: Answer) => sendAnswer(res, answer)
    const run = async () => {
      const request = demoRequest(req, channels)
      if ('control' in route) {
        const body = req.method === 'POST' ? await readJson(req) : undefined
        sendAnswer(res, { status: 200, body: route.control(request.channel, body) })
        return
      }
      const exchange = openExchange(request, res, route.transport)
      if (!exchange) return
      fail = exchange.answer
      await route.serve(exchange)
    }
    run().catch((cause: unknown) => fail(failure(cause)))
  }
}

function refusalOf(route: Route | undefined, req: IncomingMessage): Answer | undefined {
  if (req.method === 'OPTIONS') return { status: 204 }
  if (!route) {
    const message = `${urlOf(req).pathname} speaks WebSocket only: open it with new WebSocket(url).`
    return { status: 426, headers: { Upgrade: 'websocket' }, body: { message } }
  }
  if (route.methods.includes(req.method ?? '')) return undefined
  const allow = route.methods.join(', ')
  return { status: 405, headers: { Allow: allow }, body: { message: `Use ${allow} here.` } }
}

function failure(cause: unknown): Answer {
  if (cause instanceof BadRequest) {
    return { status: cause.code === 'not-found' ? 404 : 400, body: { message: cause.message } }
  }
  return { status: 500, body: { message: `The demo server failed: ${String(cause)}` } }
}
