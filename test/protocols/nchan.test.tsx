import type { ReactNode } from 'react'
import {
  type RealtimeOptions,
  useLongPoll,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { nchanEvents, nchanNext, nchanPoll, nchanSocket } from './clients/nchan.ts'
import { hasNchan, startNchan } from './servers/startNchan.ts'
import { mountClient, shown, until } from './support.tsx'

interface Connected {
  channel: string
  result: { status: string; error: Error | null }
}

function Rows({ channel, result }: Connected) {
  const { data } = useMessage('row', { channel })
  return (
    <p aria-label={channel}>
      {[...((data ?? []) as number[]), result.error?.name ?? result.status].join(' ')}
    </p>
  )
}

const Events = ({ channel }: { channel: string }) => (
  <Rows channel={channel} result={useServerEvents(nchanEvents(channel))} />
)
const Socket = ({ channel }: { channel: string }) => (
  <Rows channel={channel} result={useSocket(nchanSocket(channel))} />
)
const LongPoll = ({ channel }: { channel: string }) => (
  <Rows channel={channel} result={useLongPoll(nchanPoll(channel))} />
)

function Next({ channel }: { channel: string }) {
  const { data, error } = usePolling(nchanNext(channel))
  return <p aria-label={channel}>{error?.name ?? String(data?.response)}</p>
}

async function open(children: ReactNode, options: RealtimeOptions = {}) {
  const server = await startNchan()
  const view = mountClient(children, { baseUrl: server.url, getToken: () => 'secret', ...options })
  return { ...server, ...view }
}

const transports = { 'Server-Sent Events': Events, 'long poll': LongPoll, WebSocket: Socket }

describe.skipIf(!hasNchan)('Nchan', () => {
  describe.each(Object.entries(transports))('by %s', (transport, Channel) => {
    const both = [<Channel key="a" channel="a" />, <Channel key="b" channel="b" />]

    test('two channels are two connections, each ends with its component', async () => {
      const { publish, subscribers, rerender } = await open(both)
      await until(() => expect(shown('a', 'b')).toEqual(['open', 'open']))
      for (const row of [1, 2]) await publish('a', row)
      await publish('b', 9)
      await until(() => expect(shown('a', 'b')).toEqual(['1 2 open', '9 open']))
      rerender(both.slice(1))
      await until(async () => expect([await subscribers('a'), await subscribers('b')]).toEqual([0, 1]))
    })

    test('after a drop it continues: nothing is lost or doubled', async () => {
      const { publish, drop, events } = await open(both)
      await until(() => expect(shown('a', 'b')).toEqual(['open', 'open']))
      await publish('a', 1)
      await publish('b', 9)
      await until(() => expect(shown('a', 'b')).toEqual(['1 open', '9 open']))
      drop()
      for (const row of [2, 3]) await publish('a', row)
      await until(() => expect(shown('a')).toEqual(['1 2 3 open']))
      expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
    })

    test('a refused token is fetched again once', async () => {
      await open(both, { getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
      await until(() => expect(shown('a')).toEqual(['open']))
    })

    test('a token that is refused twice ends the connection, but a page cannot see why a WebSocket fails', async () => {
      await open(both, { getToken: () => 'wrong' })
      const name = transport === 'WebSocket' ? 'ConnectionFailedError' : 'UnauthorizedError'
      await until(() => expect(shown('a')).toEqual([name]))
    })
  })

  test('by polls each poll reads the next message, also after a drop', async () => {
    const { publish, drop } = await open([<Next key="a" channel="a" />])
    for (const row of [1, 2, 3]) {
      await publish('a', row)
      if (row === 2) drop()
      await until(() => expect(shown('a')).toEqual([String(row)]), 10_000)
    }
  })
})

test.runIf(!hasNchan)('is not proven here: install nginx and libnginx-mod-nchan', () => {
  console.info('SKIPPED: 13 tests of Nchan, since nginx and libnginx-mod-nchan are not installed')
})
