import { type RealtimeOptions, useLongPoll, useMessage } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { changesOf } from './clients/couchDb.ts'
import { startPouchDb } from './servers/startPouchDb.ts'
import { mountClient, shown, until } from './support.tsx'

interface Part {
  count: number
}

function Stock({ database, id, seen }: { database: string; id: string; seen: number[] }) {
  const { status, error } = useLongPoll({
    ...changesOf(database),
    onMessage: ({ params, response }) =>
      void ((params as { id: string }).id === id && seen.push((response as Part).count)),
  })
  const { data } = useMessage('document', { database, id })
  return <p aria-label={id}>{`${(data as Part | undefined)?.count ?? '-'} ${error?.name ?? status}`}</p>
}

async function open(options: RealtimeOptions = {}) {
  const server = await startPouchDb()
  const seen: number[] = []
  const parts = ['bolt', 'nut'].map(id => (
    <Stock key={id} id={id} database={server.path} seen={id === 'bolt' ? seen : []} />
  ))
  await server.put('bolt', 1)
  const view = mountClient(parts, { baseUrl: server.http, getToken: () => 'secret', ...options })
  return { ...server, ...view, parts, seen }
}

test('two documents share one feed, which ends with the last of them', async () => {
  const { put, feeds, parts, rerender } = await open()
  await until(() => expect(shown('bolt')).toEqual(['1 open']))
  await put('nut', 5)
  await put('bolt', 2)
  await until(() => expect(shown('bolt', 'nut')).toEqual(['2 open', '5 open']))
  rerender(parts.slice(1))
  await put('nut', 6)
  await until(() => expect(shown('nut')).toEqual(['6 open']))
  await until(() => expect(feeds.size).toBe(1))
  rerender(null)
  await until(() => expect(feeds.size).toBe(0))
})

test('after a drop the feed continues at its sequence: nothing is lost or doubled', async () => {
  const { put, dropConnections, seen, feeds } = await open()
  await until(() => expect([...shown('bolt'), feeds.size]).toEqual(['1 open', 1]))
  dropConnections()
  await put('bolt', 2)
  await put('nut', 5)
  await until(() => expect(shown('bolt', 'nut')).toEqual(['2 open', '5 open']))
  expect(seen).toEqual([1, 2])
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('bolt')).toEqual(['1 open']))
})

test('a token that is refused twice ends the feed', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('bolt')).toEqual(['- UnauthorizedError']))
})
