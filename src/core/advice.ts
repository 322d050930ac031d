// See warnOnce.ts for why this form, and why it may throw.
declare const process: { env: { NODE_ENV?: string } }

/** The page of the docs that has a section for each code, and one for warnings. It is on the site of package.json's `homepage`. */
export const ERRORS_PAGE = 'https://MAINTAINER.github.io/react-query-realtime/reference/errors'

/** What to do about an error, by its cause. */
const ADVICE = {
  async: 'It must be synchronous: do not make it async.',
  baseUrl: 'Give an absolute URL such as https://example.com.',
  client: 'Give it the QueryClient of the <QueryClientProvider> above: new RealtimeClient({ queryClient }).',
  clientOptions: 'Give them to new RealtimeClient() instead.',
  disposed: 'Create a new one, for each user and on a server for each request.',
  getToken: 'Return a string, null, or { token, expiresIn } where token is a string or null.',
  hash: 'Make a queryKeyHashFn a default: of the QueryClient, or of some keys by setQueryDefaults().',
  heartbeat: 'Does it reply to the heartbeat, with any message?',
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
  reply: 'A reply must have the same "type" and "params", or the "id" of the request as "re".',
  request: 'It must return the request that it received, with its changes.',
  scheme: 'Begin it with ws:// or wss:// for a socket, with http:// or https:// for anything else.',
  scope: 'Give it an id: without one, a tab of one user could join the connection of another.',
  serialize: 'It must return a string or binary data.',
  server: 'Prefetch its data, or put a <Suspense> above it that the browser renders.',
  signIn: 'Sign in again, then call reconnect(), or refetch() of a poll.',
  silence:
    'Does it send something more often than "silenceTimeout"? In an event stream, a comment (a line that begins with ":") is enough.',
  socket:
    'For its token use tokenInQuery, tokenInProtocol or tokenInFirstMessage, for its cursor cursorInQuery or cursorInFirstMessage.',
  stream: 'In React Native, pass the "fetch" of expo/fetch to the provider.',
  threw: 'Call it in your own code to see what.',
  tooLarge: 'A message was larger than it accepts.',
  untrusted: 'Add it to trustedOrigins if it is yours.',
  urlClass: 'In React Native without Expo, import react-native-url-polyfill/auto first.',
  url: 'Give an absolute URL, or a relative one and a "baseUrl".',
  webSocket: 'Pass one as the provider\'s "webSocket".',
}

/**
 * Adds what to do to an error's message. In development only: bundlers drop the texts from production, where
 * the docs have them.
 */
export function withAdvice(message: string, cause: keyof typeof ADVICE): string {
  try {
    if (process.env.NODE_ENV !== 'production') return advise(message, cause)
  } catch {
    // There is no `process`.
  }
  return `${message} See "Errors" in the docs.`
}

/** Links a section of the docs, in development only. */
export function withLink(message: string, section: string): string {
  try {
    if (process.env.NODE_ENV !== 'production') return link(message, section)
  } catch {
    // There is no `process`.
  }
  return message
}

/** An application may throw an `UnauthorizedError` with its own message: only that of this package is linked, with its advice. */
function advise(message: string, cause: keyof typeof ADVICE): string {
  const advised = `${message} ${ADVICE[cause]}`
  return cause === 'signIn' ? `${advised} See ${ERRORS_PAGE}#unauthorized` : advised
}

function link(message: string, section: string): string {
  if (section === 'unauthorized' || message.includes(ERRORS_PAGE)) return message
  return `${message} See ${ERRORS_PAGE}#${section}`
}
