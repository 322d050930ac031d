import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'

/** Signs in anyone whose password is "secret". `life` of an access token is in ms. */
export function createAuthServer(life = 60_000): Server {
  const access = new Map<string, { userId: string; endsAt: number }>()
  const refresh = new Map<string, string>()
  let count = 0

  function issue(userId: string) {
    const accessToken = `access-${++count}`
    const refreshToken = `refresh-${count}`
    access.set(accessToken, { userId, endsAt: Date.now() + life })
    refresh.set(refreshToken, userId)
    return { userId, accessToken, refreshToken, expiresIn: life }
  }

  /** The user of a token that has not expired. */
  function sessionOf(token: string | null | undefined) {
    const session = access.get(token ?? '')
    return session && session.endsAt > Date.now() ? session : undefined
  }

  // #region events
  function streamEvents(request: IncomingMessage, response: ServerResponse) {
    const session = sessionOf(request.headers.authorization?.replace('Bearer ', ''))
    if (!session) return response.writeHead(401).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(
      `data: ${JSON.stringify({ type: 'inbox', response: { userId: session.userId, unread: 2 } })}\n\n`,
    )
    // End the stream when its token expires. The client requests it again, with a fresh one.
    const expiry = setTimeout(() => response.end(), session.endsAt - Date.now())
    response.on('close', () => clearTimeout(expiry))
  }
  // #endregion events

  const server = createServer((request, response) => {
    void handle()

    async function handle() {
      const { pathname } = new URL(request.url ?? '/', 'http://host')
      const reply = (status: number, body: unknown = null) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.method === 'GET') {
        if (pathname === '/events') return streamEvents(request, response)
        const userId = sessionOf(request.headers.authorization?.replace('Bearer ', ''))?.userId
        return userId ? reply(200, { userId, orders: 3 }) : reply(401)
      }
      let text = ''
      for await (const chunk of request) text += String(chunk)
      const body = JSON.parse(text) as { user?: string; password?: string; refreshToken?: string }
      if (pathname === '/login')
        return body.password === 'secret' ? reply(200, issue(body.user ?? '')) : reply(401)
      const userId = refresh.get(body.refreshToken ?? '')
      refresh.delete(body.refreshToken ?? '')
      if (pathname === '/logout') return reply(204)
      return userId === undefined ? reply(401) : reply(200, issue(userId))
    }
  })

  // #region socket
  const sockets = new WebSocketServer({ server, path: '/socket' })
  sockets.on('connection', (socket, request) => {
    const token = new URL(request.url ?? '/', 'http://host').searchParams.get('token')
    const session = sessionOf(token)
    // Accept the handshake first: a page cannot see the HTTP status of a refused one.
    if (!session) return socket.close(4401)
    const { userId, endsAt } = session
    const expiry = setTimeout(() => socket.close(4401), endsAt - Date.now())
    socket.on('close', () => clearTimeout(expiry))
    socket.on('message', (data: Buffer) => {
      const { type, params, id } = JSON.parse(data.toString()) as {
        type: string
        params: unknown
        id: number
      }
      socket.send(JSON.stringify({ type, params, re: id, response: { userId, unread: 2 } }))
    })
  })
  // #endregion socket

  return server
}
