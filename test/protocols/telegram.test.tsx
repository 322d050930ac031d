import { type RealtimeOptions, useLongPoll, useMessage } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { telegram } from './clients/telegram.ts'
import { startTelegram } from './servers/startTelegram.ts'
import { mountClient, shown, until } from './support.tsx'

function Chat({ id }: { id: number }) {
  const { status, error } = useLongPoll(telegram)
  const { data } = useMessage('message', { chat: id })
  return <p aria-label={String(id)}>{[...((data ?? []) as string[]), error?.name ?? status].join(' ')}</p>
}

const chats = [<Chat key="1" id={1} />, <Chat key="2" id={2} />]

async function open(options: RealtimeOptions = {}) {
  const server = await startTelegram()
  server.say(1, 'a')
  const view = mountClient(chats, { baseUrl: server.http, getToken: () => '123:secret', ...options })
  return { ...server, ...view }
}

test('two chats share one poll, which confirms what it has read and ends with the last of them', async () => {
  const { say, held, updates, rerender } = await open()
  await until(() => expect(shown('1')).toEqual(['a open']))
  say(2, 'b')
  await until(() => expect(shown('1', '2')).toEqual(['a open', 'b open']))
  await until(() => expect([held.size, updates]).toEqual([1, []]))
  rerender(null)
  await until(() => expect(held.size).toBe(0))
})

test('after a drop the poll continues at its offset: nothing is lost or doubled', async () => {
  const { say, held, dropConnections } = await open()
  await until(() => expect([...shown('1'), held.size]).toEqual(['a open', 1]))
  dropConnections()
  for (const text of ['b', 'c']) say(1, text)
  say(2, 'd')
  await until(() => expect(shown('1', '2')).toEqual(['a b c open', 'd open']))
})

test('a second client with the same token interrupts the poll, which keeps its offset', async () => {
  const { http, say, held, events } = await open()
  await until(() => expect([...shown('1'), held.size]).toEqual(['a open', 1]))
  const other = await fetch(`${http}/bot123:secret/getUpdates?timeout=30`)
  expect([other.status, events.filter(({ kind }) => kind === 'retry').length]).toEqual([409, 1])
  say(1, 'b')
  await until(() => expect(shown('1')).toEqual(['a b open']))
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? '123:secret' : '123:old') })
  await until(() => expect(shown('1')).toEqual(['a open']))
})

test('a token that is refused twice ends the poll', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('1')).toEqual(['UnauthorizedError']))
})
