import { expectTypeOf } from 'vitest'
import {
  type GetToken,
  longPollOptions,
  RealtimeProvider,
  type Reauthenticate,
  serverEventsOptions,
  socketOptions,
  tokenInFirstMessage,
} from 'react-query-realtime'

// A token is a text or null, alone or with the time it has left, now or later.
export const answers: GetToken[] = [
  () => 'token',
  () => null,
  () => Promise.resolve('token'),
  () => ({ token: 'token' }),
  () => Promise.resolve({ token: 'token', expiresIn: 60_000 }),
  ({ reason, signal }) => {
    expectTypeOf(reason).toEqualTypeOf<'connect' | 'refused' | 'expiring'>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    return null
  },
]
// @ts-expect-error a time of day is no life
export const byTheClock: GetToken = () => ({ token: 'token', expiresIn: new Date() })
// @ts-expect-error the token itself is missing
export const without: GetToken = () => ({ expiresIn: 60_000 })

// One function builds the first message and the one in band; text and binary go as they are, anything else is serialized.
const authenticate: Reauthenticate = token => new TextEncoder().encode(token)
export const socket = socketOptions({
  url: '/socket',
  attachToken: tokenInFirstMessage(authenticate),
  reauthenticate: authenticate,
})
socketOptions({ url: '/socket', reauthenticate: token => ({ token }) })
// @ts-expect-error only a socket is told in band
serverEventsOptions({ url: '/events', reauthenticate: authenticate })
// @ts-expect-error only a socket is told in band
longPollOptions({ url: '/poll', reauthenticate: authenticate })

export const ofAll = <RealtimeProvider reauthenticate={authenticate} insecureOrigins={['http://api:8080']} />
// @ts-expect-error origins are a list
export const ofOne = <RealtimeProvider insecureOrigins="http://api:8080" />
