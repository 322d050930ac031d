import { messageKey, type RealtimeOptions, useSocket } from 'react-query-realtime'
import { skipToken, useQuery } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { discord } from './clients/discord.ts'
import { startDiscord } from './servers/startDiscord.ts'
import { mountClient, shown, until } from './support.tsx'

function Channel({ id }: { id: string }) {
  const { status, error } = useSocket(discord)
  const queryKey = messageKey('messages', { channel: id })
  const { data = [] } = useQuery<string[]>({ queryKey, queryFn: skipToken })
  return <p aria-label={id}>{[...data, error?.name ?? status].join(' ')}</p>
}

const channels = [<Channel key="a" id="a" />, <Channel key="b" id="b" />]

async function open(options: RealtimeOptions = {}, more = {}) {
  const server = await startDiscord(more)
  const page = mountClient(channels, {
    baseUrl: server.ws,
    getToken: () => 'secret',
    gapSpread: 1,
    ...options,
  })
  const ops = () => server.frames.map(({ op }) => op).filter(op => op !== 1)
  const gaps = () => page.events.filter(({ kind }) => kind === 'gap')
  return { ...server, ...page, ops, gaps }
}

test('two channels share one session, which ends with the last of them', async () => {
  const { say, ops, connections, rerender } = await open()
  await until(() => expect(shown('a', 'b')).toEqual(['open', 'open']))
  say('a', '1')
  say('b', '2')
  say('a', '3')
  await until(() => expect(shown('a', 'b')).toEqual(['1 3 open', '2 open']))
  expect(ops()).toEqual([2])
  rerender(null)
  await until(() => expect(connections.size).toBe(0))
})

test('it sends heartbeats in the rhythm of the server, with the last number', async () => {
  const { say, frames } = await open({}, { heartbeatInterval: 50 })
  await until(() => expect(shown('a')).toEqual(['open']))
  say('a', '1')
  await until(() => expect(frames).toContainEqual({ op: 1, d: 2 }))
  const before = frames.length
  await until(() => expect(frames.length).toBeGreaterThan(before + 2))
  expect(shown('a')).toEqual(['1 open'])
})

test('after a drop the session resumes: nothing is lost or doubled', async () => {
  const { say, ops, gaps, dropConnections } = await open()
  await until(() => expect(shown('a')).toEqual(['open']))
  say('a', '1')
  await until(() => expect(shown('a')).toEqual(['1 open']))
  dropConnections()
  say('a', '2')
  say('b', '3')
  await until(() => expect(shown('a', 'b')).toEqual(['1 2 open', '3 open']))
  say('a', '4')
  await until(() => expect(shown('a')).toEqual(['1 2 4 open']))
  expect([ops(), gaps()]).toEqual([[2, 6], []])
})

test('it reconnects and resumes when the server asks for it', async () => {
  const { say, ops, gaps, askToReconnect } = await open()
  await until(() => expect(shown('a')).toEqual(['open']))
  askToReconnect()
  say('a', '1')
  await until(() => expect(ops()).toEqual([2, 6]))
  await until(() => expect(shown('a')).toEqual(['1 open']))
  expect(gaps()).toEqual([])
})

test('a session that the server has forgotten is a gap, and a new one begins', async () => {
  const { sessions, say, ops, gaps, dropConnections } = await open()
  await until(() => expect(shown('a')).toEqual(['open']))
  say('a', '1')
  await until(() => expect(shown('a')).toEqual(['1 open']))
  sessions.clear()
  dropConnections()
  await until(() => expect([ops(), gaps().length]).toEqual([[2, 6, 2], 1]))
  await until(() => expect(shown('a')).toEqual(['1 open']))
  say('a', '2')
  await until(() => expect(shown('a')).toEqual(['1 2 open']))
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('a')).toEqual(['open']))
})

test('a token that is refused twice ends the connection', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('a')).toEqual(['UnauthorizedError']))
})
