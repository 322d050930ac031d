// See warnOnce.ts for why this form, and why it may throw.
declare const process: { env: { NODE_ENV?: string } }

/** What to do about an error, by its cause. */
const ADVICE = {
  async: 'It must be synchronous: do not make it async.',
  baseUrl: 'Give an absolute URL such as https://example.com.',
  getToken: 'Return a string, null, or { token, expiresIn } where token is a string or null.',
  headers: 'Give a record, pairs or a Headers object, with text as values.',
  http: 'For its token use tokenInHeader or tokenInQuery, for its cursor cursorInHeader or cursorInQuery.',
  insecure: 'Use https: or wss:, or add it to insecureOrigins if only you can listen.',
  lost: 'Send the request again if repeating it is safe.',
  mixed: 'Use a wss: URL.',
  noMessage: 'It must return the message.',
  notOpened: 'It was refused, unreachable, or asked for a subprotocol that the server did not select.',
  origin: 'Write it as https://example.com.',
  policy: 'Its policy does not allow this client, or its token.',
  promise: 'Await it first.',
  provider:
    'Put one above this component, inside your <QueryClientProvider>. With a queryFn, usePolling needs none.',
  queryKey: 'A queryFn or a url function does not name its data.',
  request: 'It must return the request that it received, with its changes.',
  scheme: 'Begin it with ws:// or wss:// for a socket, with http:// or https:// for anything else.',
  serialize: 'It must return a string or binary data.',
  signIn: 'Sign in again, then call reconnect(), or refetch() of a poll.',
  socket:
    'For its token use tokenInQuery, tokenInProtocol or tokenInFirstMessage, for its cursor cursorInQuery or cursorInFirstMessage.',
  threw: 'Call it in your own code to see what.',
  tooLarge: 'A message was larger than it accepts.',
  untrusted: 'Add it to trustedOrigins if it is yours.',
  url: 'Give an absolute URL, or a relative one and a "baseUrl".',
  webSocket: 'Pass one as the provider\'s "webSocket".',
}

/**
 * Adds what to do to an error's message. In development only: bundlers drop the texts from production, where
 * the docs have them.
 */
export function withAdvice(message: string, cause: keyof typeof ADVICE): string {
  try {
    if (process.env.NODE_ENV !== 'production') return `${message} ${ADVICE[cause]}`
  } catch {
    // There is no `process`.
  }
  return `${message} See "Errors" in the docs.`
}
