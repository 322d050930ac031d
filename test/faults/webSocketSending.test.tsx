import { act, waitFor } from '@testing-library/react'
import { ConnectionLostError, RequestTimeoutError, useSocket } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'
import { allowConsole } from '../support/consoleGuard.ts'

const openSocket = setUpFaultyConnection(useSocket, '/socket')

/** The client's frames that contain a text. */
const sent = ({ proxy }: Awaited<ReturnType<typeof openSocket>>, text: string) =>
  proxy.moments('frame').filter(frame => frame.from === 'client' && frame.text?.includes(text))

describe('sent data', () => {
  test('waits in order during an outage, up to the limit; the rest is refused with an event (W33)', async () => {
    allowConsole(/send queue is full/)
    const page = await openSocket({ queue: { limit: 3 } })
    await page.shows('open')
    await page.proxy.refuse()
    page.proxy.strike({ do: 'reset' })
    await page.shows('reconnecting')
    const taken = ['a', 'b', 'c', 'd'].map(text => page.result().send({ type: 'echo', params: text }))
    expect(taken).toEqual([true, true, true, false])
    expect(page.eventsOf('queue-overflow')).toHaveLength(1)
    await page.proxy.accept()
    await waitFor(() => expect(sent(page, 'echo')).toHaveLength(3), patient)
    expect(sent(page, 'echo').map(({ text }) => (JSON.parse(text!) as { params: string }).params)).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  test('expires if the outage outlasts its ttl (W33)', async () => {
    const page = await openSocket({ queue: { ttl: 50 } })
    await page.shows('open')
    await page.proxy.refuse()
    page.proxy.strike({ do: 'reset' })
    await page.shows('reconnecting')
    expect(page.result().send({ type: 'echo', params: 'old' })).toBe(true)
    await new Promise(resolve => setTimeout(resolve, 60))
    await page.proxy.accept()
    await page.shows('open')
    act(() => void page.result().send({ type: 'echo', params: 'new' }))
    await waitFor(() => expect(sent(page, 'new')).toHaveLength(1), patient)
    expect(sent(page, 'old')).toEqual([])
  })
})

describe('a request', () => {
  test('whose connection drops before the reply rejects at once and is not sent again (W34)', async () => {
    const page = await openSocket()
    await page.shows('open')
    page.proxy.add({ at: 'frame', from: 'server', text: '"order.create"', times: 1, act: { do: 'reset' } })
    const asked = page.result().request({ type: 'order.create', params: { item: 'tea', quantity: 1 } })
    await expect(asked).rejects.toThrow(ConnectionLostError)
    await page.shows('open')
    await expect(page.result().request({ type: 'orders' })).resolves.toHaveLength(1)
    expect(sent(page, 'order.create')).toHaveLength(1)
  })

  test('that may be repeated is sent again after a drop and resolves (W34)', async () => {
    const page = await openSocket()
    await page.shows('open')
    page.proxy.add({
      at: 'frame',
      from: 'server',
      text: '"order.create"',
      times: 1,
      act: { do: 'cut', after: 3 },
    })
    const params = { id: 'mine', item: 'tea', quantity: 1 }
    const asked = page.result().request({ type: 'order.create', params }, { idempotent: true })
    await expect(asked).resolves.toMatchObject({ id: 'mine' })
    expect(sent(page, 'order.create')).toHaveLength(2)
    await expect(page.result().request({ type: 'orders' })).resolves.toHaveLength(1)
  })

  test('that never leaves the network rejects after its timeout (W34)', async () => {
    const page = await openSocket()
    await page.shows('open')
    page.proxy.add({ at: 'frame', from: 'client', text: '"echo"', act: { do: 'drop' } })
    const asked = page.result().request({ type: 'echo', params: 1 }, { timeout: 80 })
    await expect(asked).rejects.toThrow(RequestTimeoutError)
  })

  test('whose reply arrives after its timeout stays rejected, and the reply settles nothing else (W35)', async () => {
    const heard: unknown[] = []
    const page = await openSocket({
      onMessage: ({ type, response }) => type === 'echo' && heard.push(response),
    })
    await page.shows('open')
    page.proxy.add({ at: 'frame', from: 'server', text: '"first"', act: { do: 'delay', ms: 300 } })
    const first = page.result().request({ type: 'echo', params: 'first' }, { timeout: 80 })
    await expect(first).rejects.toThrow(RequestTimeoutError)
    const second = page.result().request({ type: 'echo', params: 'second' })
    await expect(second).resolves.toBe('second')
    // The late reply was handled like any other message.
    expect(heard).toEqual(['first', 'second'])
    expect(page.proxy.moments('handshake')).toHaveLength(1)
  })
})
