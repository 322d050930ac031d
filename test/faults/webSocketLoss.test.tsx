import { act, waitFor } from '@testing-library/react'
import { UnauthorizedError, useSocket } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { pass } from '../support/setUpFaults.tsx'
import { resuming } from '../support/resuming.ts'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'

const openSocket = setUpFaultyConnection(useSocket, '/socket')

describe('a close code', () => {
  test.each([1000, 1001, 1002, 1005, 1011, 1012, 1013, 1014, 3001, 3999, 4000, 4399, 4408, 4429])(
    '%i from the server makes the client reconnect (W5)',
    async code => {
      const { proxy, shows, statuses } = await openSocket()
      await shows('open')
      proxy.strike({ do: 'close', code })
      await waitFor(() => expect(statuses()).toEqual(['connecting', 'open', 'reconnecting', 'open']), patient)
    },
  )

  test.each([1003, 1007, 1010, 4400, 4402, 4403, 4428, 4499, 4500, 4999])(
    '%i from the server ends the connection, with an error that names the code (W5, W14)',
    async code => {
      const { proxy, shows, result } = await openSocket()
      await shows('open')
      proxy.strike({ do: 'close', code })
      await shows('failed')
      expect(result().error).toMatchObject({ code: 'connection-failed', status: code })
      await pass(100)
      expect(proxy.moments('handshake')).toHaveLength(1)
    },
  )

  test('1000 from the server does not keep a wanted connection closed (W10)', async () => {
    const { proxy, shows, note, hears } = await openSocket()
    await shows('open')
    proxy.strike({ do: 'close', code: 1000, reason: 'bye' })
    await waitFor(() => expect(proxy.moments('handshake')).toHaveLength(2), patient)
    await shows('open')
    await note('still here')
    await hears('still here')
  })

  test.each([1008, 3000, 4401])(
    '%i requests one new token; a second refusal ends the connection until reconnect() (W11)',
    async code => {
      const asked: string[] = []
      const { proxy, shows, result } = await openSocket(
        {},
        {
          provider: {
            getToken({ reason }) {
              asked.push(reason)
              return `token-${asked.length}`
            },
          },
          rules: [{ at: 'frame', from: 'server', times: 2, act: { do: 'close', code } }],
        },
      )
      await shows('failed')
      expect(asked).toEqual(['connect', 'refused'])
      expect(result().error).toBeInstanceOf(UnauthorizedError)
      await pass(100)
      expect(proxy.moments('handshake')).toHaveLength(2)
      act(() => result().reconnect())
      await shows('open')
      expect(asked).toEqual(['connect', 'refused', 'connect'])
    },
  )

  test('1009 ends the connection, with an error that says a message was too large (W12)', async () => {
    const { proxy, shows, result } = await openSocket()
    await shows('open')
    proxy.strike({ do: 'close', code: 1009 })
    await shows('failed')
    expect(result().error?.message).toMatch(/1009.*larger/)
    await pass(100)
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test.each(['', '{"reconnect":false}', '{"cut', 'x'.repeat(123)])(
    'alone decides, whatever its reason says: "%s" (W15)',
    async reason => {
      const { proxy, shows } = await openSocket()
      await shows('open')
      proxy.strike({ do: 'close', code: 1012, reason })
      await shows('reconnecting')
      await shows('open')
      proxy.strike({ do: 'close', code: 4403, reason })
      await shows('failed')
    },
  )
})

describe('a connection', () => {
  test('that is reset reconnects and resumes: missed messages arrive in order, and nothing is refetched (W6, W30)', async () => {
    const { proxy, shows, note, hears, eventsOf, queryClient } = await openSocket({
      recovery: resuming,
      messages: { note: { '~standard': { version: 1, vendor: 'test', validate: value => ({ value }) } } },
    })
    await shows('open')
    await note('a')
    await hears('a')
    await proxy.refuse()
    proxy.strike({ do: 'reset' })
    await shows('reconnecting')
    for (const missed of ['b', 'c', 'd']) await note(missed)
    await proxy.accept()
    await shows('open')
    await note('e')
    await hears('a', 'b', 'c', 'd', 'e')
    await pass(1_100)
    expect(eventsOf('gap')).toEqual([])
    expect(queryClient.getQueryState(['note'])?.isInvalidated).toBe(false)
  })

  test('that is cut inside a frame loses only that half frame, which is sent again (W6)', async () => {
    const { proxy, shows, note, hears, eventsOf } = await openSocket({ recovery: resuming })
    await shows('open')
    proxy.add({ at: 'frame', from: 'server', text: '"b"', times: 1, act: { do: 'cut', after: 9 } })
    for (const each of ['a', 'b', 'c']) await note(each)
    await hears('a', 'b', 'c')
    expect(eventsOf('bad-message')).toEqual([])
    expect(proxy.moments('handshake')).toHaveLength(2)
  })

  test('that is half-open is replaced within a second of its deadline, without waiting for close (W7)', async () => {
    const { proxy, shows, eventsOf } = await openSocket(
      { heartbeat: { interval: 200, timeout: 200 } },
      { provider: { reconnect: {} } },
    )
    await shows('open')
    proxy.strike({ do: 'half-open' })
    await waitFor(() => expect(proxy.moments('handshake')).toHaveLength(2), patient)
    expect(proxy.openConnections()).toContain(0)
    const [retry] = eventsOf('retry')
    expect(retry).toMatchObject({ error: { failureKind: 'silence' } })
    expect(retry!.delay).toBeLessThan(1_000)
    await shows('open')
  })

  test('that was given up is ignored if it delivers something later (W8)', async () => {
    const { proxy, shows, note, notes, statuses, hears } = await openSocket(
      { heartbeat: { interval: 150, timeout: 150 }, recovery: resuming },
      { rules: [{ at: 'frame', from: 'server', connection: 0, skip: 1, act: { do: 'delay', ms: 900 } }] },
    )
    await shows('open')
    await note('a')
    await hears('a')
    await shows('open')
    expect(proxy.openConnections()).toContain(0)
    const before = statuses()
    await pass(1_200)
    expect(notes).toEqual(['a'])
    expect(statuses()).toEqual(before)
  })

  test('that delivers one byte at a time works as usual (W6)', async () => {
    const { proxy, shows, note, hears } = await openSocket(
      {},
      {
        rules: [
          { at: 'frame', from: 'server', act: { do: 'drip' } },
          { at: 'frame', from: 'client', act: { do: 'drip' } },
        ],
      },
    )
    await shows('open')
    await note('grüße ☃')
    await hears('grüße ☃')
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test('that is only slow stays open: heartbeat replies may be late by less than the timeout (W7)', async () => {
    const { proxy, result, shows } = await openSocket(
      { heartbeat: { interval: 60, timeout: 5_000 } },
      { rules: [{ at: 'frame', from: 'server', act: { do: 'delay', ms: 50 } }] },
    )
    await shows('open')
    await waitFor(() => expect(result().latency).toBeGreaterThanOrEqual(49), patient)
    await pass(500)
    expect(proxy.moments('handshake')).toHaveLength(1)
  })
})
