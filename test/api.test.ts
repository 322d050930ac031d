import { expect, test } from 'vitest'
import * as api from 'react-query-realtime'
import * as protocols from 'react-query-realtime/protocols'

test('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "ConfigurationError",
      "ConnectionFailedError",
      "ConnectionLostError",
      "InsecureOriginError",
      "RealtimeClient",
      "RealtimeError",
      "RealtimeProvider",
      "RequestError",
      "RequestTimeoutError",
      "UnauthorizedError",
      "UntrustedOriginError",
      "append",
      "cursorInFirstMessage",
      "cursorInHeader",
      "cursorInQuery",
      "idempotent",
      "longPollOptions",
      "messageKey",
      "patch",
      "pollingOptions",
      "remove",
      "serverEventsOptions",
      "shareConnections",
      "socketOptions",
      "sourceOptions",
      "tokenInFirstMessage",
      "tokenInHeader",
      "tokenInProtocol",
      "tokenInQuery",
      "upsert",
      "useLongPoll",
      "useMessage",
      "usePolling",
      "useRealtime",
      "useRealtimeClient",
      "useServerEvents",
      "useSocket",
      "useSocketQuery",
      "useSource",
      "useSubscription",
      "useSuspensePolling",
      "useSuspenseSocketQuery",
      "useSuspenseSubscription",
      "validators",
    ]
  `)
})

test('the entry for protocols exports exactly these names', () => {
  expect(Object.keys(protocols).sort()).toEqual(['graphqlTransportWs', 'jsonRpc', 'phoenix', 'socketIo'])
})
