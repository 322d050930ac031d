import {
  append,
  type ConnectionOptions,
  longPollOptions,
  serverEventsOptions,
  useLongPoll,
  useMessage,
  useServerEvents,
} from 'react-query-realtime'
import { durableStreams } from 'react-query-realtime/engines'
import { describe, expect, test } from 'vitest'
import { startDurableStreams } from './servers/startDurableStreams.ts'
import { mountClient, shown, until } from './support.tsx'

const on: ConnectionOptions['on'] = {
  row: ({ response }, cache) => cache.setQueryData(['row'], append(response as number)),
  control: ({ response }, cache) => cache.setQueryData(['row'], append((response as { row: number }).row)),
}
const url = '/v1/stream/rows?offset=now'
const poll = longPollOptions({ url: `${url}&live=long-poll`, ...durableStreams.longPoll(), on })
const events = serverEventsOptions({ url: `${url}&live=sse`, ...durableStreams.events(), on })

function Rows({ status }: { status: string }) {
  const { data } = useMessage('row')
  return <p aria-label="rows">{[...((data ?? []) as number[]), status].join(' ')}</p>
}

const LongPoll = () => <Rows status={useLongPoll(poll).status} />
const Events = () => <Rows status={useServerEvents(events).status} />
const transports = { 'a long poll': LongPoll, 'Server-Sent Events': Events }

describe.each(Object.entries(transports))('Durable Streams by %s', (_name, Client) => {
  async function open() {
    const server = await startDurableStreams()
    await server.publish(0)
    const view = mountClient(<Client />, { baseUrl: server.url })
    await until(() => expect(shown('rows')).toEqual(['open']))
    return { ...server, ...view }
  }

  test('starts where the URL says, and gets appended rows', async () => {
    const { publish, events: reported } = await open()
    for (const row of [1, 2, 3]) await publish(row)
    await until(() => expect(shown('rows')).toEqual(['1 2 3 open']))
    expect(reported.filter(({ kind }) => kind === 'unknown-type' || kind === 'bad-message')).toEqual([])
  })

  test('continues after a drop and after silence, without a gap: nothing is lost or duplicated', async () => {
    const { publish, drop, events: reported } = await open()
    await publish(1)
    await until(() => expect(shown('rows')).toEqual(['1 open']))
    await new Promise(resolve => setTimeout(resolve, 700))
    drop()
    for (const row of [2, 3]) await publish(row)
    await until(() => expect(shown('rows')).toEqual(['1 2 3 open']))
    expect(reported.filter(({ kind }) => kind === 'gap')).toEqual([])
  })

  test("a message of the type 'control' is the app's own, whatever its members are", async () => {
    const { post, publish, drop, events: reported } = await open()
    await publish(1)
    await post({ type: 'control', params: true, response: { row: 2 } })
    await post({ type: 'control', id: '9999999999999999_9999999999999999', response: { row: 3 } })
    await until(() => expect(shown('rows')).toEqual(['1 2 3 open']))
    drop()
    await publish(4)
    await until(() => expect(shown('rows')).toEqual(['1 2 3 4 open']))
    expect(reported.filter(({ kind }) => kind === 'gap' || kind === 'handler-error')).toEqual([])
  })

  test('is closed after the last message of a closed stream', async () => {
    const { publish, end } = await open()
    await publish(1)
    await end()
    await until(() => expect(shown('rows')).toEqual(['1 closed']))
  })
})
