import { type RealtimeOptions, useLongPoll, useMessage } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { matrix, type RoomEvent } from './clients/matrix.ts'
import { startMatrix } from './servers/startMatrix.ts'
import { mountClient, shown, until } from './support.tsx'

function Room({ id }: { id: string }) {
  const { status, error } = useLongPoll(matrix)
  const { data } = useMessage('timeline', { room: id })
  const events = (data ?? []) as RoomEvent[]
  return (
    <p aria-label={id}>{[...events.map(({ content }) => content.body), error?.name ?? status].join(' ')}</p>
  )
}

const rooms = [<Room key="a" id="!a" />, <Room key="b" id="!b" />]

async function open(options: RealtimeOptions = {}) {
  const server = await startMatrix({ limit: 3 })
  server.say('!a', '1')
  const view = mountClient(rooms, { baseUrl: server.http, getToken: () => 'secret', ...options })
  return { ...server, ...view }
}

test('two rooms share one sync, which ends with the last of them', async () => {
  const { say, held, rerender } = await open()
  await until(() => expect(shown('!a')).toEqual(['1 open']))
  say('!a', '2')
  say('!b', '1')
  await until(() => expect(shown('!a', '!b')).toEqual(['1 2 open', '1 open']))
  rerender(rooms.slice(1))
  say('!b', '2')
  await until(() => expect(shown('!b')).toEqual(['1 2 open']))
  await until(() => expect(held.size).toBe(1))
  rerender(null)
  await until(() => expect(held.size).toBe(0))
})

test('after a drop the sync continues at its token: nothing is lost or doubled', async () => {
  const { say, held, dropConnections, events } = await open()
  await until(() => expect([...shown('!a'), held.size]).toEqual(['1 open', 1]))
  dropConnections()
  for (const body of ['2', '3']) say('!a', body)
  say('!b', '1')
  await until(() => expect(shown('!a', '!b')).toEqual(['1 2 3 open', '1 open']))
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('a limited timeline replaces the room, because older events are missing', async () => {
  const { say, held, dropConnections } = await open()
  await until(() => expect([...shown('!a'), held.size]).toEqual(['1 open', 1]))
  dropConnections()
  for (const body of ['2', '3', '4', '5']) say('!a', body)
  await until(() => expect(shown('!a')).toEqual(['3 4 5 open']))
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('!a')).toEqual(['1 open']))
})

test('a token that is refused twice ends the sync', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('!a')).toEqual(['UnauthorizedError']))
})
