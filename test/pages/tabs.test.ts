import { expect, test } from 'vitest'
import { allTransports, patiently, setUpTabs } from '../support/setUpChromium.ts'

const open = setUpTabs()

const pass = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A tab with all transports, behind another tab. A socket without a reply for `timeout` ms is dead. */
async function openHidden(timeout: number) {
  const opened = await open()
  await opened.note('a')
  await opened.show({
    uses: allTransports(opened.at),
    provider: { heartbeat: { interval: 400, timeout } },
  })
  for (const name of ['socket', 'events', 'longPoll']) await opened.isShown('open', name)
  await opened.hears(['a'], 'events')
  await opened.hears(['a'], 'longPoll')
  const front = await opened.openTab()
  await front.activate()
  await patiently(async () =>
    expect(await opened.tab.evaluate(() => document.visibilityState)).toBe('hidden'),
  )
  return opened
}

test('a hidden tab with throttled timers keeps healthy connections, and receives everything (C10)', async () => {
  const { tab, proxy, note, hears, retries } = await openHidden(10_000)
  const before = proxy.openConnections()
  await pass(6_000)
  for (const each of ['b', 'c']) await note(each)
  await hears(['b', 'c'], 'socket')
  await hears(['a', 'b', 'c'], 'events')
  await hears(['a', 'b', 'c'], 'longPoll')
  expect(await retries()).toEqual([])
  expect(before.length).toBeGreaterThanOrEqual(3)
  expect(proxy.moments('handshake')).toHaveLength(1)
  await tab.activate()
  // The poll was paused meanwhile, and polls at once when the tab is visible again.
  await hears(['c'], 'poll')
})

test('a hidden tab detects a dead connection with its first throttled timer (C10)', async () => {
  const { proxy, note, hears, retries } = await openHidden(400)
  proxy.strike({ do: 'half-open' }, proxy.moments('handshake')[0]!.connection)
  await note('b')
  await hears(['b'], 'socket')
  expect(await retries()).toContain('silence')
})

test('a frozen tab receives everything it missed once and in order when it resumes (C10)', async () => {
  const { tab, note, hears, lifecycle, gaps } = await openHidden(10_000)
  await tab.send('Page.setWebLifecycleState', { state: 'frozen' })
  for (const missed of ['b', 'c']) await note(missed)
  await pass(2_500)
  await tab.send('Page.setWebLifecycleState', { state: 'active' })
  await note('d')
  await hears(['b', 'c', 'd'], 'socket')
  await hears(['a', 'b', 'c', 'd'], 'events')
  await hears(['a', 'b', 'c', 'd'], 'longPoll')
  expect(await lifecycle()).toEqual(expect.arrayContaining(['freeze', 'resume']))
  expect(await gaps()).toEqual([])
})
