import { expect, test } from 'vitest'
import { setUpChromium } from '../support/setUpChromium.ts'
import { until } from '../support/until.ts'

const open = setUpChromium()

/** `npm run test:load` sets a minute. */
const seconds = Number(process.env['LOAD_SECONDS'] ?? 10)
const connections = 200
const drops = Math.round((1_000 / 60) * seconds)
const messages = Math.round((250 / 60) * seconds)
const seed = Number(process.env['LOAD_SEED'] ?? Date.now() % 1_000_000)

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
function createRandom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test(`${connections} connections, ${connections * messages} messages and ${drops} drops: each message is applied once and in order, and nothing is kept`, async () => {
  const { page, context, at, proxy, show, post } = await open()
  const random = createRandom(seed)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    // Chromium itself logs every socket that it could not open or keep.
    if (message.type() === 'error' && !message.text().startsWith('WebSocket connection to'))
      complaints.push(message.text())
  })
  const cdp = await context.newCDPSession(page)
  const readHeap = async () => {
    await cdp.send('HeapProfiler.collectGarbage')
    return (await cdp.send('Runtime.getHeapUsage')).usedSize
  }
  let published = 0
  const publish = (count: number) => {
    const notes = Array.from({ length: count }, () => ({ type: 'note', params: null, response: published++ }))
    return post('/publish', notes)
  }
  /** Waits until every stream has all that was published, and nothing else. */
  const settle = () =>
    until(async () => {
      const tallies = (await page.evaluate(() => window.page.tallies?.())) ?? []
      const full = { inOrder: published, others: 0 }
      expect(tallies).toEqual(Array.from({ length: connections }, () => ({ heard: full, written: full })))
    }, 120_000)

  const streams = Array.from({ length: connections }, (_, index) => `${at('/socket')}&client=${index}`)
  await show({ uses: [], streams, provider: { reconnect: { minDelay: 50, maxDelay: 500 } } })
  const areOpen = () =>
    until(async () => {
      const statuses = await page.evaluate(() => Object.values(window.page.statuses))
      expect(statuses).toEqual(Array.from({ length: connections }, () => 'open'))
    }, 60_000)
  // What was published before a stream is open is none of its business.
  await areOpen()
  // Warm: each has received a message, been dropped and reconnected once.
  await publish(2)
  await settle()
  proxy.strike({ do: 'reset' })
  await publish(2)
  await settle()
  const heapBefore = await readHeap()

  const wait = (seconds * 1_000) / drops
  for (let drop = 0; drop < drops; drop++) {
    const there = proxy.openConnections()
    proxy.strike({ do: 'reset' }, there[Math.floor(random() * there.length)])
    const due = Math.floor(((drop + 1) / drops) * (messages - 4)) + 4
    if (published < due) await publish(due - published)
    await new Promise(resolve => setTimeout(resolve, random() * 2 * wait))
  }
  await settle()
  await until(() => expect(proxy.openConnections()).toHaveLength(connections), 60_000)
  const heapAfter = await readHeap()
  console.info(
    `seed ${seed}: ${proxy.moments('handshake').length} handshakes, heap ${heapBefore} before and ${heapAfter} after`,
  )
  expect(published).toBe(messages)
  expect(complaints).toEqual([])
  expect(heapAfter).toBeLessThan(heapBefore * 1.05)
}, 300_000)
