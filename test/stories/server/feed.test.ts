import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Envelope } from '../../../stories/server/envelope.ts'
import { createFeed } from '../../../stories/server/feed.ts'
import { setUpDemoServer, type Message } from './harness.ts'

afterEach(() => vi.useRealTimers())

function silentHost() {
  vi.useFakeTimers()
  const published: Envelope[] = []
  const host = { wanted: true, publish: (list: Envelope[]) => void published.push(...list) }
  const feed = createFeed({ publish: host.publish, isWanted: () => host.wanted })
  return { host, feed, published }
}

describe('the feed', () => {
  it('publishes a first price of each symbol, then `rate` messages a second', () => {
    const { feed, published } = silentHost()
    feed.configure({ symbols: 200, rate: 2_000 })
    const symbols = new Set(published.map(({ params }) => (params as { symbol: string }).symbol))
    expect(symbols.size).toBe(200)
    expect([...symbols].slice(0, 4)).toEqual(['BTC', 'ETH', 'SOL', 'ADA'])
    published.length = 0
    vi.advanceTimersByTime(3_000)
    expect(published).toHaveLength(6_000)
  })

  it('keeps to slow rates, too', () => {
    const { feed, published } = silentHost()
    feed.start()
    expect(published).toHaveLength(4)
    vi.advanceTimersByTime(10_000)
    expect(published).toHaveLength(4 + 20)
  })

  it('walks: each price differs from the one before by `change` and stays positive', () => {
    const { feed, published } = silentHost()
    feed.configure({ symbols: ['ADA'], rate: 1_000 })
    vi.advanceTimersByTime(2_000)
    const quotes = published.map(({ response }) => response as { last: number; change: number; at: number })
    for (const [i, { last, change, at }] of quotes.entries()) {
      expect(last).toBeGreaterThan(0)
      expect(at).toBeLessThanOrEqual(Date.now())
      if (i > 0) expect(change).toBeCloseTo(last - quotes[i - 1]!.last, 6)
      if (i > 0) expect(change).not.toBe(0)
    }
  })

  it('has no timer while it has no listeners, or at rate 0', () => {
    const { feed, host } = silentHost()
    feed.start()
    expect(vi.getTimerCount()).toBe(1)
    host.wanted = false
    vi.advanceTimersByTime(1_000)
    expect(vi.getTimerCount()).toBe(0)
    host.wanted = true
    feed.configure({ rate: 0 })
    feed.start()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('POST /feed', () => {
  const server = setUpDemoServer()

  it('responds with the settings', async () => {
    const { post } = await server.channel()
    const settings = await post('/feed', { rate: 5, symbols: 2, batch: 3 })
    expect(settings).toEqual({ rate: 5, symbols: ['BTC', 'ETH'], batch: 3 })
    expect(await post('/feed', {})).toEqual(settings)
  })

  it('feeds whoever connects', async () => {
    const { socket } = await server.channel({ rate: 200 })
    const { take } = socket('/socket?snapshot=1')
    expect((await take()).type).toBe('welcome')
    const messages: Message[] = []
    for (let i = 0; i < 20; i += 1) messages.push(await take())
    expect(messages.every(({ type }) => type === 'price')).toBe(true)
    const seqs = messages.slice(4).map(({ seq }) => seq!)
    expect(seqs).toEqual(seqs.map((_, i) => seqs[0]! + i))
  })
})
