import { createServer, type Server } from 'node:http'
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

  function userOf(token: string | null | undefined): string | undefined {
    const known = access.get(token ?? '')
    return known && known.endsAt > Date.now() ? known.userId : undefined
  }

  const server = createServer((request, response) => {
    void handle()

    async function handle() {
      const { pathname } = new URL(request.url ?? '/', 'http://host')
      const reply = (status: number, body: unknown = null) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.method === 'GET') {
        const userId = userOf(request.headers.authorization?.replace('Bearer ', ''))
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
    const userId = userOf(token)
    // Accept the handshake first: a page cannot see the HTTP status of a refused one.
    if (userId === undefined) return socket.close(4401)
    const ends = setTimeout(() => socket.close(4401), life)
    socket.on('close', () => clearTimeout(ends))
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
