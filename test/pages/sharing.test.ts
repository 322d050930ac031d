import { describe, expect, test } from 'vitest'
import { patiently } from '../support/setUpChromium.ts'
import { setUpSharedTabs, type SharedTab, sharedSocket } from '../support/setUpSharedTabs.ts'

const { open, openShared } = setUpSharedTabs()

test('five tabs have one socket, and each receives every message once', async () => {
  const { pages, proxy, note } = await openShared({ count: 5, toUses: at => [sharedSocket(at)] })
  for (const each of ['a', 'b', 'c']) await note(each)
  for (const page of pages) await page.hears(['a', 'b', 'c'])
  expect(proxy.moments('handshake')).toHaveLength(1)
  for (const page of pages) {
    expect(await page.sharing()).toEqual(['shared'])
    expect(await page.retries()).toEqual([])
  }
})

test('seven tabs have one event stream over HTTP/1.1, and the seventh can still send requests (S25)', async () => {
  const { pages, proxy, note, at } = await openShared({
    count: 7,
    toUses: at => [{ transport: 'events', url: at('/events') }],
  })
  await note('a')
  for (const page of pages) await page.hears(['a'])
  expect(proxy.moments('request')).toHaveLength(1)
  const status = await pages[6]!.tab.call(async url => (await fetch(url)).status, at('/poll?type=note'))
  expect(status).toBe(200)
})

test('five tabs have one long poll at a time', async () => {
  const { pages, proxy, note } = await openShared({
    count: 5,
    toUses: at => [{ transport: 'longPoll', url: at('/long-poll') }],
  })
  for (const each of ['a', 'b', 'c']) {
    await note(each)
    for (const page of pages) await patiently(async () => expect((await page.notes())['it']).toContain(each))
  }
  for (const page of pages) await page.hears(['a', 'b', 'c'])
  await patiently(() => expect(proxy.openConnections().length).toBeLessThanOrEqual(2))
})

describe('the tab that has created the worker', () => {
  test('is closed, and the others notice nothing (T1)', async () => {
    const { pages, proxy, note } = await openShared({ count: 3, toUses: at => [sharedSocket(at)] })
    await pages[0]!.tab.close()
    for (const each of ['a', 'b']) await note(each)
    for (const page of pages.slice(1)) {
      await page.hears(['a', 'b'])
      expect(await page.retries()).toEqual([])
    }
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test('is frozen, and gets all that it missed from the worker, without a request (T2)', async () => {
    const { pages, proxy, note } = await openShared({ count: 2, toUses: at => [sharedSocket(at)] })
    const [frozen, other] = pages as [SharedTab, SharedTab]
    await note('a')
    await frozen.hears(['a'])
    await other.tab.activate()
    await frozen.tab.send('Page.setWebLifecycleState', { state: 'frozen' })
    for (const each of ['b', 'c']) await note(each)
    await other.hears(['a', 'b', 'c'])
    await frozen.tab.send('Page.setWebLifecycleState', { state: 'active' })
    await frozen.hears(['a', 'b', 'c'])
    expect(await frozen.gaps()).toEqual([])
    expect(proxy.moments('handshake')).toHaveLength(1)
  })
})

test('a hidden tab gets its messages once a second, and at once when it is visible (T4)', async () => {
  const { pages, note } = await openShared({ count: 2, toUses: at => [sharedSocket(at)] })
  const [hidden, visible] = pages as [SharedTab, SharedTab]
  await visible.tab.activate()
  await patiently(async () =>
    expect(await hidden.tab.evaluate(() => document.visibilityState)).toBe('hidden'),
  )
  for (const each of ['a', 'b', 'c']) await note(each)
  await hidden.hears(['a', 'b', 'c'])
  await visible.hears(['a', 'b', 'c'])
  expect(await hidden.gaps()).toEqual([])
})

test('a connection that is lost is opened again by one tab, and no tab misses a message (T5)', async () => {
  const { pages, proxy, note } = await openShared({ count: 4, toUses: at => [sharedSocket(at)] })
  await note('a')
  for (const page of pages) await page.hears(['a'])
  proxy.strike({ do: 'reset' })
  for (const each of ['b', 'c']) await note(each)
  for (const page of pages) await page.hears(['a', 'b', 'c'])
  for (const page of pages) expect(await page.gaps()).toEqual([])
  expect(proxy.moments('handshake')).toHaveLength(2)
})

test('two users of one URL share nothing: only their scopes differ (X2, X5, T13)', async () => {
  const { at, show, isShown, openPage, proxy } = await open()
  await show({ uses: [sharedSocket(at)], scope: 'ada' })
  await isShown('open')
  const other = await openPage()
  await other.show({ uses: [sharedSocket(at)], scope: 'bob' })
  await other.isShown('open')
  expect(proxy.moments('handshake')).toHaveLength(2)
})

test('a tab whose worker is killed with its process is connected again (T6)', async () => {
  const { pages, note, proxy } = await openShared({ count: 2, toUses: at => [sharedSocket(at)] })
  await note('a')
  for (const page of pages) await page.hears(['a'])
  // The worker lives in the process of the tab that has created it.
  void pages[0]!.tab.send('Page.crash').catch(() => undefined)
  await note('b')
  await pages[1]!.hears(['a', 'b'])
  expect(await pages[1]!.gaps()).toEqual([])
  expect(proxy.moments('handshake').length).toBeLessThanOrEqual(2)
})
