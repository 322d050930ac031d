import { buildFirstMessage } from './firstMessage.ts'
import { refusePromise } from './refusePromise.ts'
import type { TransportRequest } from './transport.ts'

/** Puts a token into the request of one attempt. Take the ready ones, or write your own. */
export type AttachToken = (request: TransportRequest, token: string) => TransportRequest

/**
 * Builds the message that brings a fresh token over an open socket: a string or binary data, which go as they are, or
 * anything else, which goes through `serialize`.
 */
export type Reauthenticate = (token: string) => unknown

/**
 * In the URL's query, by default as `token`. It works with every server, but proxies and servers log URLs: let the
 * token live for a short time, or use `tokenInProtocol` or `tokenInFirstMessage` for sockets.
 */
export function tokenInQuery(name = 'token'): AttachToken {
  return (request, token) => {
    const url = new URL(request.url)
    url.searchParams.set(name, token)
    return { ...request, url: url.href }
  }
}

/** In a header, by default `Authorization: Bearer …`. Browsers send no headers with a WebSocket's handshake. */
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
    // Browsers drop Authorization on a redirect to another origin, but no other header.
    ...(name.toLowerCase() === 'authorization' ? {} : { redirect: 'error' }),
  })
}

/** As a WebSocket subprotocol after the application's own, by default `token.…`. Its characters must be those of a token (RFC 9110). */
export function tokenInProtocol(format: (token: string) => string = token => `token.${token}`): AttachToken {
  return (request, token) => ({
    ...request,
    protocols: [...request.protocols, refusePromise(format(token), 'The function given to tokenInProtocol')],
  })
}

/**
 * As the first message of a socket, sent before all others. What `build` returns goes as it is if it is a string or binary
 * data, and through `serialize` otherwise.
 *
 * @throws ConfigurationError where `build` throws or returns nothing: the connection is `failed` with it.
 */
export function tokenInFirstMessage(build: (token: string) => unknown): AttachToken {
  return (request, token) => ({
    ...request,
    firstMessage: buildFirstMessage('tokenInFirstMessage', () => build(token)),
  })
}
