import { buildFirstMessage } from './firstMessage.ts'
import { refusePromise } from './refusePromise.ts'
import type { TransportRequest } from './transport.ts'

/** Adds a token to a request. Use a built-in helper, or write your own. */
export type AttachToken = (request: TransportRequest, token: string) => TransportRequest

/**
 * Builds the message that sends a fresh token over an open socket. Strings and binary data are sent as they
 * are; anything else goes through `serialize`.
 */
export type Reauthenticate = (token: string) => unknown

/**
 * Sends the token in the query string, by default as `token`. It works with every server, but proxies and
 * servers log URLs. Use short-lived tokens, or for sockets `tokenInProtocol` or `tokenInFirstMessage`.
 */
export function tokenInQuery(name = 'token'): AttachToken {
  return (request, token) => {
    const url = new URL(request.url)
    url.searchParams.set(name, token)
    return { ...request, url: url.href }
  }
}

/**
 * Sends the token in a header, by default `Authorization: Bearer …`. Browsers cannot send headers with a
 * WebSocket handshake.
 */
export function tokenInHeader(
  name = 'Authorization',
  format: (token: string) => string = token => `Bearer ${token}`,
): AttachToken {
  return (request, token) => ({
    ...request,
    headers: {
      ...request.headers,
      [name]: refusePromise(format(token), 'The function given to tokenInHeader'),
    },
    // On a redirect to another origin, browsers drop Authorization but no other header.
    ...(name.toLowerCase() === 'authorization' ? {} : { redirect: 'error' }),
  })
}

/**
 * Sends the token as a WebSocket subprotocol after the application's own, by default `token.…`. Subprotocols
 * allow only the characters of an RFC 9110 token.
 */
export function tokenInProtocol(format: (token: string) => string = token => `token.${token}`): AttachToken {
  return (request, token) => ({
    ...request,
    protocols: [...request.protocols, refusePromise(format(token), 'The function given to tokenInProtocol')],
  })
}

/**
 * Sends the token as a socket's first message. Strings and binary data from `build` are sent as they are;
 * anything else goes through `serialize`.
 *
 * @throws ConfigurationError if `build` throws or returns nothing. The connection is then `failed` with it.
 */
export function tokenInFirstMessage(build: (token: string) => unknown): AttachToken {
  return (request, token) => ({
    ...request,
    firstMessage: buildFirstMessage('tokenInFirstMessage', () => build(token)),
  })
}
