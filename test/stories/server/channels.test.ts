import { afterEach, expect, it, vi } from 'vitest'
import { createChannel } from '../../../stories/server/channel.ts'
import { createChannels } from '../../../stories/server/channels.ts'
import type { Connection } from '../../../stories/server/connections.ts'
import { createOutbox } from '../../../stories/server/outbox.ts'

afterEach(() => vi.useRealTimers())

function connection(transport: Connection['transport']): Connection {
  const outbox = createOutbox({ isFrozen: () => false, delay: () => 0 }, () => undefined)
  return { client: 'a', transport, outbox, kill: () => undefined }
}

it('a channel feeds a poller for 5 s after its last request and then holds no timer', () => {
  vi.useFakeTimers()
  const { connections, feed, log } = createChannel()
  const leave = connections.add(connection('poll'))
  feed.start()
  leave()
  vi.advanceTimersByTime(5_000)
  expect(log.head.seq).toBe(4 + 10)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1_000)
  expect(vi.getTimerCount()).toBe(0)
  expect(connections.clients()).toEqual([])
})

it('a channel stops its feed as soon as its socket closes', () => {
  vi.useFakeTimers()
  const { connections, feed, log } = createChannel()
  const leave = connections.add(connection('socket'))
  feed.start()
  vi.advanceTimersByTime(60_000)
  leave()
  const { seq } = log.head
  vi.advanceTimersByTime(1_000)
  expect([log.head.seq, vi.getTimerCount()]).toEqual([seq, 0])
})

it('the least recently used of more than 200 channels is dropped, but never one with a client', () => {
  const channels = createChannels()
  const busy = channels.get('busy')
  const leave = busy.connections.add(connection('socket'))
  const idle = channels.get('idle')
  const used = channels.get('used')
  for (let i = 0; i < 198; i += 1) {
    channels.get(`other-${i}`)
    channels.get('used')
  }
  expect(channels.get('busy')).toBe(busy)
  expect(channels.get('used')).toBe(used)
  expect(channels.get('idle')).not.toBe(idle)
  leave()
})

it('a message that exceeds the outbox limit ends the connection', () => {
  const onOverflow = vi.fn()
  const outbox = createOutbox({ isFrozen: () => true, delay: () => 0 }, onOverflow)
  for (let i = 0; i < 20_000; i += 1) outbox.push(() => undefined)
  expect(onOverflow).not.toHaveBeenCalled()
  outbox.push(() => undefined)
  expect(onOverflow).toHaveBeenCalledOnce()
})
