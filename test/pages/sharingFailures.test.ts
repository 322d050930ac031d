import { describe, expect, test } from 'vitest'
import { allTransports, patiently } from '../support/setUpChromium.ts'
import type { Use } from './app/pageUnderTest.ts'
import { setUpSharedTabs, type SharedTab, sharedSocket } from '../support/setUpSharedTabs.ts'
import { until } from '../support/until.ts'

const { open, openShared } = setUpSharedTabs()

/** More than the worker keeps for a tab that is away. */
const TOO_MUCH = 9
const large = (index: number) => `${index} `.repeat(500_000)
const firstOf = async (page: SharedTab) =>
  ((await page.notes())['it'] ?? []).map(note => String(note).slice(0, 1))
/** Compares the beginnings of large messages. */
const begins = (page: SharedTab, expected: string[]) =>
  patiently(async () => expect(await firstOf(page)).toEqual(expected))

describe('a tab that was away for so long that the worker does not have all messages any more', () => {
  test('after it was frozen has one gap, and continues with the next message (T3)', async () => {
    const { pages, proxy, note } = await openShared({ count: 2, toUses: at => [sharedSocket(at)] })
    const [frozen, other] = pages as [SharedTab, SharedTab]
    await note('a')
    await frozen.hears(['a'])
    await other.tab.activate()
    await frozen.tab.send('Page.setWebLifecycleState', { state: 'frozen' })
    for (let index = 0; index < TOO_MUCH; index++) await note(large(index))
    await begins(other, ['a', '0', '1', '2', '3', '4', '5', '6', '7', '8'])
    await frozen.tab.send('Page.setWebLifecycleState', { state: 'active' })
    await patiently(async () => expect(await frozen.gaps()).toEqual(['reconnect']))
    await note('z')
    await begins(frozen, ['a', 'z'])
    expect([await frozen.gaps(), await other.gaps()]).toEqual([['reconnect'], []])
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test('because it was busy has one gap, and continues with the next message (T3)', async () => {
    const { pages, proxy, note } = await openShared({ count: 2, toUses: at => [sharedSocket(at)] })
    const [busy, other] = pages as [SharedTab, SharedTab]
    await note('a')
    for (const page of pages) await page.hears(['a'])
    // Its main thread stands still from its next message on, as if that took long.
    await busy.tab.send('Debugger.enable')
    await busy.tab.send('Debugger.pause')
    for (let index = 0; index <= TOO_MUCH; index++) await note(large(index))
    await begins(other, ['a', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    await busy.tab.send('Debugger.resume')
    await patiently(async () => expect(await busy.gaps()).toEqual(['reconnect']))
    await note('z')
    await patiently(async () => expect((await firstOf(busy)).at(-1)).toBe('z'))
    expect([await busy.gaps(), await other.gaps()]).toEqual([['reconnect'], []])
    expect(await busy.sharing()).toEqual(['shared'])
    expect(proxy.moments('handshake')).toHaveLength(1)
  })
})

describe('the worker', () => {
  test('that hangs makes the connections of its tabs direct for as long as they live, and no message is missed (T7)', async () => {
    const { pages, note } = await openShared({ count: 2, toUses: allShared, worker: 'faulty' })
    await note('a')
    await hearAll(pages, ['a'])
    await tellWorker(pages[0]!, 'hang')
    await note('b')
    const areDirect = async () => {
      for (const page of pages) expect(new Set(await page.sharing())).toEqual(new Set(['shared', 'hanging']))
    }
    await until(areDirect, 30_000)
    await note('c')
    await hearAll(pages, ['a', 'b', 'c'])
    for (const page of pages) {
      expect(await page.gaps()).toEqual([])
      expect(await page.sharing()).toEqual([...Array(3).fill('shared'), ...Array(3).fill('hanging')])
    }
  })

  test('that starts over behind the same ports, as in WebKit, is a lost connection, and no message is missed (T8)', async () => {
    const { pages, proxy, note } = await openShared({ count: 2, toUses: allShared, worker: 'faulty' })
    await note('a')
    await hearAll(pages, ['a'])
    await tellWorker(pages[0]!, 'restart')
    for (const each of ['b', 'c']) await note(each)
    await hearAll(pages, ['a', 'b', 'c'])
    expect(proxy.moments('handshake')).toHaveLength(2)
    for (const page of pages) {
      expect(await page.gaps()).toEqual([])
      expect(new Set(await page.sharing())).toEqual(new Set(['shared']))
    }
  })
})

const allShared = (at: (path: string) => string): Use[] =>
  allTransports(at).filter(({ transport }) => transport !== 'poll')

async function hearAll(pages: readonly SharedTab[], expected: string[]): Promise<void> {
  for (const page of pages)
    for (const name of ['socket', 'events', 'longPoll']) await page.hears(expected, name)
}

/** Talks to the faulty worker of the site. */
function tellWorker({ tab }: SharedTab, what: 'hang' | 'restart'): Promise<void> {
  return tab.call(text => new BroadcastChannel('worker').postMessage(text), what)
}

describe('a direct connection, reported by an event, follows if', () => {
  test.each([
    ['the browser has no shared workers', '/withoutSharedWorkers.html', 'module', 'unsupported'],
    ['the page is not encrypted, so that it has no locks', 'insecure', 'module', 'unsupported'],
    ['the policy of the page allows no worker', '/withoutWorkers.html', 'module', 'not-loaded'],
    ['the script of the worker does not exist', '/index.html', 'missing', 'not-loaded'],
    ['the script is of another origin', '/index.html', 'elsewhere', 'blocked'],
    ['the worker says no hello', '/index.html', 'silent', 'no-hello'],
    ['the worker is of another version', '/index.html', 'other version', 'version'],
  ] as const)('%s (T9, T10, T11, T12)', async (_what, path, worker, reason) => {
    const { at, insecureOrigin, openPage, note } = await open()
    const page = await openPage(path === 'insecure' ? `${insecureOrigin}/index.html` : path)
    await page.show({ uses: [sharedSocket(at)], scope: 'ada', worker })
    await page.isShown('open')
    await note('a')
    await page.hears(['a'])
    expect(await page.sharing()).toEqual([reason])
  })

  test("the policy of the worker's script has no connect-src for the server, at sockets and streams (T17)", async () => {
    const { at, openPage, note } = await open()
    for (const [index, each] of ['a', 'b'].entries()) {
      const page = await openPage()
      await page.show({ uses: allShared(at), scope: 'ada', worker: 'limited' })
      for (const name of ['socket', 'events', 'longPoll']) await page.isShown('open', name)
      await note(each)
      for (const name of ['socket', 'events', 'longPoll'])
        await patiently(async () => expect((await page.notes())[name]).toContain(each))
      expect(new Set(await page.sharing()), String(index)).toEqual(new Set(['connect-src']))
    }
  })
})
