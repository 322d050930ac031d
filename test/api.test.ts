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
      "useServerEvents",
      "useSocket",
      "useSocketQuery",
      "useSource",
      "useSubscription",
      "validators",
    ]
  `)
})

test('the entry for protocols exports exactly these names', () => {
  expect(Object.keys(protocols).sort()).toEqual(['graphqlTransportWs', 'jsonRpc', 'phoenix', 'socketIo'])
})
