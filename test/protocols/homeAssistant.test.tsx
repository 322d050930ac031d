import {
  type RealtimeOptions,
  RequestError,
  useSocket,
  useSocketQuery,
  useSubscription,
} from 'react-query-realtime'
import { expect, test } from 'vitest'
import { type Entity, home } from './clients/homeAssistant.ts'
import { startHomeAssistant } from './servers/startHomeAssistant.ts'
import { mountClient, shown, until } from './support.tsx'

function States() {
  const { status, error } = useSocket(home)
  useSubscription(home, { type: 'subscribe_events', params: { event_type: 'state_changed' } })
  const { data } = useSocketQuery(home, { type: 'get_states' })
  const states = ((data ?? []) as Entity[]).map(({ entity_id, state }) => `${entity_id}:${state}`)
  return <p aria-label="states">{[...states, error?.name ?? status].join(' ')}</p>
}

function Event({ type }: { type: string }) {
  const { data } = useSubscription(home, { type: 'subscribe_events', params: { event_type: type } })
  return <p aria-label={type}>{JSON.stringify((data as { data: object } | undefined)?.data)}</p>
}

function Unknown() {
  const { error } = useSocketQuery(home, { type: 'unknown' })
  return <p aria-label="unknown">{JSON.stringify(error instanceof RequestError && error.error)}</p>
}

const both = [<States key="states" />, <Event key="call" type="call_service" />]

async function open(children = both, options: RealtimeOptions = {}) {
  const server = await startHomeAssistant()
  server.set('light.a', 'off')
  const page = mountClient(children, {
    baseUrl: server.ws,
    getToken: () => 'secret',
    gapSpread: 1,
    ...options,
  })
  return { ...server, ...page }
}

test('commands go out after the handshake, and two event types are two subscriptions', async () => {
  const { set, fire, held, commands } = await open()
  await until(() => expect(shown('states')).toEqual(['light.a:off open']))
  expect(held().sort()).toEqual(['call_service', 'state_changed'])
  set('light.b', 'on')
  set('light.a', 'on')
  fire('call_service', { service: 'turn_on' })
  await until(() =>
    expect(shown('states', 'call_service')).toEqual(['light.a:on light.b:on open', '{"service":"turn_on"}']),
  )
  const [auth, ...others] = commands
  expect([auth!.type, others.map(({ id }) => id)]).toEqual(['auth', [1, 2, 3]])
})

test('a component that has gone unsubscribes its event by the id of its subscribe', async () => {
  const { held, commands, rerender } = await open()
  await until(() => expect(held().sort()).toEqual(['call_service', 'state_changed']))
  const { id } = commands.find(({ event_type }) => event_type === 'call_service')!
  rerender(both.slice(0, 1))
  await until(() => expect(held()).toEqual(['state_changed']))
  expect(commands.at(-1)).toMatchObject({ type: 'unsubscribe_events', subscription: id })
})

test('after a drop the ids begin again, and the states are requested again', async () => {
  const { set, held, commands, dropConnections } = await open()
  await until(() => expect([...shown('states'), held().length]).toEqual(['light.a:off open', 2]))
  const before = commands.length
  dropConnections()
  set('light.a', 'on')
  set('light.b', 'on')
  await until(() => expect(shown('states')).toEqual(['light.a:on light.b:on open']))
  expect(held().sort()).toEqual(['call_service', 'state_changed'])
  expect(commands.slice(before).map(({ id }) => id)).toEqual([undefined, 1, 2, 3])
})

test('an unknown command is refused', async () => {
  await open([<Unknown key="u" />])
  await until(() => expect(shown('unknown')).toEqual(['{"code":"unknown_command"}']))
})

test('a refused token is fetched again once', async () => {
  await open(both, { getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('states')).toEqual(['light.a:off open']))
})

test('a token that is refused twice ends the connection', async () => {
  await open(both, { getToken: () => 'wrong' })
  await until(() => expect(shown('states')).toEqual(['UnauthorizedError']))
})
