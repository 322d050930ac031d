import type { DemoSocket } from './demoSocket.ts'
import { isRecord } from './envelope.ts'
import { isTokenRequired, tokenOf, type DemoRequest } from './request.ts'

/** Maximum time for a socket to send its token (ms). */
const FIRST_MESSAGE_TIMEOUT = 5_000

const UNAUTHORIZED = 4401

/**
 * Calls `onReady` when the socket may be served: at once if no token is required. Without a valid token, or when it expires,
 * the socket is closed with 4401. A later `authenticate` message renews the token.
 */
export function authenticateSocket(ws: DemoSocket, request: DemoRequest, onReady: () => void): void {
  const { channel, client } = request
  if (!isTokenRequired(request)) {
    onReady()
    return
  }

  let unwatch = () => {}
  let isReady = false
  const refuse = (reason: string) => ws.close(UNAUTHORIZED, reason)
  const timer = setTimeout(() => accept(undefined), FIRST_MESSAGE_TIMEOUT)
  ws.on('close', () => {
    clearTimeout(timer)
    unwatch()
  })

  function accept(token: string | undefined): void {
    clearTimeout(timer)
    unwatch()
    if (!channel.tokens.accept(token, client)) {
      refuse('The token is missing, expired or revoked')
      return
    }
    unwatch = channel.tokens.watch(token, () => refuse('The token has ended'))
    if (isReady) return
    isReady = true
    onReady()
  }

  ws.on('message', (data: Buffer, isBinary) => {
    if (ws.readyState !== ws.OPEN) return
    const token = isBinary ? undefined : authenticateToken(data)
    if (token !== undefined || !isReady) accept(token)
  })
  const token = tokenOf(request)
  if (token !== undefined) accept(token)
}

/** Whether `message` is an authentication. It gets no reply, so that no token is echoed. */
export function isAuthenticate(message: unknown): message is { params?: unknown } {
  return isRecord(message) && message.type === 'authenticate'
}

function authenticateToken(data: Buffer): string | undefined {
  try {
    const message: unknown = JSON.parse(data.toString('utf8'))
    if (!isAuthenticate(message)) return undefined
    return isRecord(message.params) ? String(message.params.token) : ''
  } catch {
    return undefined
  }
}
