import { describe, expect, test } from 'vitest'
import { allTransports, patiently, setUpChromium } from '../support/setUpChromium.ts'

const open = setUpChromium()

/** A page with all four transports, open. */
async function openAll() {
  const opened = await open()
  await opened.note('a')
  await opened.show({
    uses: allTransports(opened.at),
    provider: { heartbeat: { interval: 400, timeout: 400 } },
  })
  for (const name of ['socket', 'events', 'longPoll']) await opened.isShown('open', name)
  await opened.hears(['a'], 'events')
  await opened.hears(['a'], 'longPoll')
  return opened
}

describe('the back/forward cache', () => {
  test('accepts a page because its connections close on pagehide, and they resume after it (C9)', async () => {
    const { page, proxy, origin, note, hears, lifecycle, isShown, gaps } = await openAll()
    await page.goto(`${origin}/elsewhere.html`)
    await patiently(() => expect(proxy.openConnections()).toEqual([]))
    for (const missed of ['b', 'c']) await note(missed)
    await page.goBack({ waitUntil: 'commit' })
    await patiently(async () => expect(await lifecycle()).toContain('pageshow true'))
    for (const name of ['socket', 'events', 'longPoll']) await isShown('open', name)
    await hears(['b', 'c'], 'socket')
    await hears(['a', 'b', 'c'], 'events')
    await hears(['a', 'b', 'c'], 'longPoll')
    await hears(['c'], 'poll')
    expect(await gaps()).toEqual([])
  })

  test('causes a gap if a connection cannot resume (C9)', async () => {
    const { page, at, origin, show, isShown, gaps, lifecycle } = await open()
    await show({ uses: [{ transport: 'socket', url: at('/socket') }] })
    await isShown('open')
    await page.goto(`${origin}/elsewhere.html`)
    await page.goBack({ waitUntil: 'commit' })
    await patiently(async () => expect(await lifecycle()).toContain('pageshow true'))
    await patiently(async () => expect(await gaps()).toEqual(['reconnect']))
  })
})

describe('a network that drops and returns', () => {
  test('loses no message, and all connections reconnect on their own (C10, P8)', async () => {
    const { context, note, hears, lifecycle, retries, gaps, isShown } = await openAll()
    await context.setOffline(true)
    await isShown('reconnecting', 'socket')
    for (const missed of ['b', 'c']) await note(missed)
    await patiently(async () => expect((await retries()).length).toBeGreaterThanOrEqual(3))
    await context.setOffline(false)
    for (const name of ['socket', 'events', 'longPoll']) await isShown('open', name)
    await hears(['b', 'c'], 'socket')
    await hears(['a', 'b', 'c'], 'events')
    await hears(['a', 'b', 'c'], 'longPoll')
    await hears(['c'], 'poll')
    expect(await lifecycle()).toEqual(expect.arrayContaining(['offline', 'online']))
    expect(await gaps()).toEqual([])
  })

  test('is retried immediately on "online", however long the delay (C10)', async () => {
    const { context, at, show, isShown, proxy, page } = await open()
    await show({
      uses: [{ transport: 'socket', url: at('/socket') }],
      provider: { reconnect: { minDelay: 3_000_000, maxDelay: 3_000_000 } },
    })
    await isShown('open')
    await context.setOffline(true)
    proxy.strike({ do: 'reset' })
    await isShown('reconnecting')
    expect(await page.evaluate(() => navigator.onLine)).toBe(false)
    await context.setOffline(false)
    await isShown('open')
  })
})

describe('a machine that slept for an hour', () => {
  /** A page whose clock the test moves, with a heartbeat as it is by default. */
  async function openWithClock() {
    const opened = await open()
    await opened.page.clock.install()
    await opened.page.goto(`${opened.origin}/index.html`)
    await opened.show({
      uses: [{ transport: 'socket', url: opened.at('/socket'), resumes: true }],
      provider: { heartbeat: true },
    })
    await opened.isShown('open')
    return opened
  }

  test('keeps a healthy connection: late timers check it before they close it (C10)', async () => {
    const { page, note, hears, retries, proxy } = await openWithClock()
    await page.clock.fastForward(3_600_000)
    const asked = () => proxy.moments('frame').filter(({ from }) => from === 'client')
    await patiently(() => expect(asked().length).toBeGreaterThanOrEqual(1))
    await note('a')
    await hears(['a'])
    expect(await retries()).toEqual([])
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test('replaces a dead connection after one check, and receives what it missed (C10)', async () => {
    const { page, note, hears, retries, proxy } = await openWithClock()
    proxy.strike({ do: 'half-open' })
    await note('missed')
    await page.clock.fastForward(3_600_000)
    await page.clock.fastForward(10_000)
    await hears(['missed'])
    expect(await retries()).toEqual(['silence'])
  })
})
