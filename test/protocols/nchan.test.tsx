import { setTimeout as sleep } from 'node:timers/promises'
import { cleanup } from '@testing-library/react'
import type { ReactNode } from 'react'
import {
  type RealtimeOptions,
  useLongPoll,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import type { NchanOptions } from 'react-query-realtime/engines'
import { describe, expect, test } from 'vitest'
import { nchanEvents, nchanNext, nchanPoll, nchanSocket } from './clients/nchan.ts'
import { allowConsole } from '../support/consoleGuard.ts'
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

interface ChannelProps extends NchanOptions {
  channel: string
}

const Events = ({ channel, ...options }: ChannelProps) => (
  <Rows channel={channel} result={useServerEvents(nchanEvents(channel, options))} />
)
const Socket = ({ channel, ...options }: ChannelProps) => (
  <Rows channel={channel} result={useSocket(nchanSocket(channel, options))} />
)
const LongPoll = ({ channel, ...options }: ChannelProps) => (
  <Rows channel={channel} result={useLongPoll(nchanPoll(channel, options))} />
)

/** Looks after the link, every 100 ms. */
function Heartbeat({ channel }: ChannelProps) {
  const options = { url: `/heartbeat/${channel}`, heartbeat: { interval: 100, timeout: 3_000 } }
  const result = useSocket({ ...nchanSocket(channel), ...options })
  return (
    <>
      <Rows channel={channel} result={result} />
      <p aria-label="latency">{result.latency === undefined ? 'none' : 'measured'}</p>
    </>
  )
}

function Next({ channel }: { channel: string }) {
  const { data, error } = usePolling(nchanNext(channel))
  return <p aria-label={channel}>{error?.name ?? String(data?.response)}</p>
}

async function open(
  children: ReactNode,
  options: RealtimeOptions = {},
  settings?: Parameters<typeof startNchan>[0],
) {
  const server = await startNchan(settings)
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

    test('Nchan says nothing of a message that it has dropped, but with rememberedFor this is a gap', async () => {
      allowConsole(/may be silent for/)
      const gapsOf = async (rememberedFor: number | undefined) => {
        const { publish, cutOff, events } = await open(
          [<Channel key="a" channel="a" rememberedFor={rememberedFor} />],
          {},
          { keptFor: 1 },
        )
        await until(() => expect(shown('a')).toEqual(['open']))
        await publish('a', 1)
        await until(() => expect(shown('a')).toEqual(['1 open']))
        const comeBack = await cutOff()
        await publish('a', 2)
        await sleep(2_500)
        // Each is dropped after a second, and Nchan 1.3.6 crashes if there is none when the client comes back.
        let row = 3
        await publish('a', row)
        await comeBack()
        await until(async () => {
          await publish('a', ++row)
          // Until one has arrived: the next would be dropped before a client that is slow to come back.
          expect(shown('a').join()).toMatch(/^1 \d+/)
        })
        expect(shown('a').join().split(' ')).not.toContain('2')
        // The gap comes after the messages.
        const gaps = () => events.flatMap(event => (event.kind === 'gap' ? event.cause : []))
        if (rememberedFor === undefined) await sleep(300)
        else await until(() => expect(gaps()).not.toEqual([]))
        cleanup()
        return gaps()
      }
      expect([await gapsOf(undefined), await gapsOf(1_000)]).toEqual([[], ['forgotten']])
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

  test('heartbeats are answered where clients may publish, reach no subscriber, and find a dead link', async () => {
    const { publish, silence, events, subscribers } = await open([<Heartbeat key="a" channel="a" />])
    await until(() => expect(shown('latency')).toEqual(['measured']))
    // Nchan answers heartbeats before it has subscribed the socket.
    await until(async () => expect(await subscribers('a')).toBe(1))
    await publish('a', 1)
    await until(() => expect(shown('a')).toEqual(['1 open']))
    await sleep(500)
    expect(shown('a')).toEqual(['1 open'])
    expect(await subscribers('trash')).toBe(0)
    expect(events.filter(({ kind }) => kind === 'retry' || kind === 'unknown-type')).toEqual([])

    silence()
    await publish('a', 2)
    await until(() => expect(shown('a')).toEqual(['1 2 open']))
    expect(events.filter(({ kind }) => kind === 'retry')).not.toEqual([])
    expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
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
  console.info('SKIPPED: 17 tests of Nchan, since nginx and libnginx-mod-nchan are not installed')
})
