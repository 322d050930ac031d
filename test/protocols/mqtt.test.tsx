import { type RealtimeOptions, RequestError, useSource, useSubscription } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { broker } from './clients/mqtt.ts'
import { startAedes } from './servers/startAedes.ts'
import { mountClient, shown, until } from './support.tsx'

function Topic({ url, topic }: { url: string; topic: string }) {
  const source = broker(url)
  const { status, error: lost, send } = useSource(source)
  const { data, error } = useSubscription(source, { type: 'topic', params: { topic } })
  const refusal = error instanceof RequestError ? String(error.error) : undefined
  return (
    <p aria-label={topic} onClick={() => send({ type: 'topic', params: { topic, value: 77 } })}>
      {[data, refusal ?? lost?.name ?? status].join(' ')}
    </p>
  )
}

async function open(options: RealtimeOptions = {}, names = ['a', 'b']) {
  const server = await startAedes()
  await server.publish('a', 1)
  const topics = names.map(topic => <Topic key={topic} url={server.ws} topic={topic} />)
  return { ...server, ...mountClient(topics, { getToken: () => 'secret', ...options }), children: topics }
}

test('two topics share one connection, each is unsubscribed with its component', async () => {
  const { publish, topics, connections, rerender, children } = await open()
  await until(() => expect([...shown('a'), ...topics]).toEqual(['1 open', 'a', 'b']))
  await publish('a', 2)
  await publish('b', 9)
  await until(() => expect(shown('a', 'b')).toEqual(['2 open', '9 open']))
  rerender(children.slice(1))
  await until(() => expect([...topics, connections.size]).toEqual(['b', 1]))
  rerender(null)
  await until(() => expect(connections.size).toBe(0))
})

test('send publishes', async () => {
  const { getByLabelText } = await open()
  await until(() => expect(shown('a')).toEqual(['1 open']))
  getByLabelText('a').click()
  await until(() => expect(shown('a')).toEqual(['77 open']))
})

test('after a drop both topics are subscribed again, and have the retained values', async () => {
  const { publish, topics, dropConnections } = await open()
  await until(() => expect([...shown('a'), topics.length]).toEqual(['1 open', 2]))
  dropConnections()
  await publish('a', 2)
  await publish('b', 9)
  await until(() => expect(shown('a', 'b')).toEqual(['2 open', '9 open']))
})

test('a topic that the broker refuses is the error of its query', async () => {
  await open({}, ['a', 'secret/x'])
  await until(() => expect(shown('secret/x', 'a')).toEqual([' Subscribe error: Unspecified error', '1 open']))
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('a')).toEqual(['1 open']))
})

test('a token that is refused twice ends the connection', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('a')).toEqual([' UnauthorizedError']))
})
