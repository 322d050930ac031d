import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { findFirefox, spawnFirefox, type SpawnedFirefox } from '../../scripts/spawnFirefox.ts'
import { patiently, readersOf, setUpSite } from '../support/setUpChromium.ts'
import type { Show, Use } from './app/pageUnderTest.ts'

const path = findFirefox()
if (path === undefined)
  process.stderr.write(
    '\n*** NOT TESTED: connections shared in Firefox. There is no Firefox: set FIREFOX_PATH. ***\n\n',
  )

const openChannel = setUpSite()
let firefox: SpawnedFirefox | undefined
beforeAll(async () => {
  firefox = path === undefined ? undefined : await spawnFirefox(path)
}, 120_000)
afterAll(() => firefox?.close())

/** Tabs of one user in Firefox, with the same connection. */
async function openTabs(count: number, toUse: (at: (path: string) => string) => Use) {
  const channel = await openChannel()
  const show: Show = { uses: [toUse(channel.at)], scope: 'ada' }
  const tabs = []
  while (tabs.length < count) {
    const tab = await firefox!.openTab(`${channel.origin}/index.html`)
    onTestFinished(() => tab.close().catch(() => undefined))
    await patiently(async () => expect(await tab.call(() => typeof window.page, null)).toBe('object'))
    await tab.call(each => window.page.show(each), show)
    const page = { tab, ...readersOf(get => tab.call(get, null)) }
    await page.isShown('open')
    tabs.push(page)
  }
  return { ...channel, tabs }
}

const inFirefox = test.skipIf(path === undefined)

inFirefox('five tabs have one socket, and each receives every message once', async () => {
  const { tabs, proxy, note } = await openTabs(5, at => ({
    transport: 'socket',
    url: at('/socket'),
    resumes: true,
  }))
  for (const each of ['a', 'b', 'c']) await note(each)
  for (const tab of tabs) {
    await tab.hears(['a', 'b', 'c'])
    expect(await tab.sharing()).toEqual(['shared'])
    expect(await tab.retries()).toEqual([])
  }
  expect(proxy.moments('handshake')).toHaveLength(1)
})

inFirefox('the tab that has created the worker is closed, and the others notice nothing', async () => {
  const { tabs, proxy, note } = await openTabs(3, at => ({
    transport: 'socket',
    url: at('/socket'),
    resumes: true,
  }))
  await tabs[0]!.tab.close()
  for (const each of ['a', 'b']) await note(each)
  for (const tab of tabs.slice(1)) {
    await tab.hears(['a', 'b'])
    expect(await tab.retries()).toEqual([])
  }
  expect(proxy.moments('handshake')).toHaveLength(1)
})

inFirefox(
  'seven tabs have one event stream over HTTP/1.1, and the seventh can still send requests',
  async () => {
    const { tabs, proxy, note, at } = await openTabs(7, at => ({ transport: 'events', url: at('/events') }))
    await note('a')
    for (const tab of tabs) await tab.hears(['a'])
    expect(proxy.moments('request')).toHaveLength(1)
    const status = await tabs[6]!.tab.call(async url => (await fetch(url)).status, at('/poll?type=note'))
    expect(status).toBe(200)
  },
)
