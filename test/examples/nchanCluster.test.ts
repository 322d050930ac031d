import { existsSync } from 'node:fs'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { run } from './support/run.ts'
import { setUpExample } from './support/setUpExample.ts'

const needed = ['/usr/lib/nginx/modules/ngx_nchan_module.so', '/usr/bin/redis-server', '/usr/sbin/haproxy']
const canRun = needed.every(path => existsSync(path))

const patience = { timeout: 60_000 }
const columns = ['Poll, 5 s', 'Long poll', 'Server-Sent Events', 'WebSocket']

/** The numbers of a column. */
async function numbersOf(page: Page, column: string) {
  const cells = await page.getByRole('region', { name: column }).getByRole('definition').allInnerTexts()
  const [last, behind, missing, lost, reconnects, gaps] = cells.map(Number)
  return { last: last!, behind, missing, lost, reconnects, gaps }
}

const numbersOfAll = (page: Page) => Promise.all(columns.map(column => numbersOf(page, column)))

describe.runIf(canRun)('the cluster', () => {
  const { build, folder, open, start } = setUpExample('nchan-cluster')

  let url: string
  beforeAll(async () => {
    url = await start('start', /The page:/)
  })

  async function openWithRows() {
    const opened = await open(url)
    await expect
      .poll(async () => Math.min(...(await numbersOfAll(opened.page)).map(({ last }) => last)), patience)
      .toBeGreaterThan(20)
    return opened
  }

  test('it type-checks and builds', async () => {
    await build()
  })

  test('all transports match the server after node A was killed, and no message is lost', async () => {
    const { page, expectNoProblems } = await openWithRows()
    await run('node', ['break.mjs', 'kill-a', '4'], folder())
    const before = await numbersOfAll(page)
    await expect
      .poll(async () => (await numbersOf(page, 'WebSocket')).last, patience)
      .toBeGreaterThan(before[3]!.last + 20)

    await page.getByRole('button', { name: 'Pause' }).click()
    onTestFinished(() => page.getByRole('button', { name: 'Resume' }).click())
    await expect
      .poll(async () => new Set((await numbersOfAll(page)).map(({ last }) => last)).size, patience)
      .toBe(1)
    for (const each of await numbersOfAll(page)) expect(each).toMatchObject({ behind: 0, missing: 0 })
    for (const each of columns.slice(1)) expect(await numbersOf(page, each)).toMatchObject({ lost: 0 })
    expectNoProblems({ serverWasDown: true })
  })

  test('the page connects at 127.0.0.1 as it does at localhost', async () => {
    const { page, expectNoProblems } = await open(url.replace('localhost', '127.0.0.1'))
    for (const each of columns)
      await page.getByRole('region', { name: each }).getByText('open', { exact: true }).waitFor(patience)
    expectNoProblems()
  })

  test('while the balancer is down, the page says that it does not know what the server has; then all reconnect', async () => {
    const { page, expectNoProblems } = await openWithRows()
    const strike = run('node', ['break.mjs', 'away', '8'], folder())
    await page.getByText('Rows of the server: ?').waitFor(patience)
    const behind = await page
      .getByRole('region', { name: 'WebSocket' })
      .getByRole('definition')
      .nth(1)
      .innerText()
    expect(behind).toBe('?')
    await strike
    for (const each of columns.slice(1))
      await expect.poll(async () => (await numbersOf(page, each)).reconnects, patience).toBeGreaterThan(0)
    await page.getByText(/Rows of the server: \d/).waitFor(patience)
    expectNoProblems({ serverWasDown: true })
  })

  test('after Redis was emptied, each stream reports a gap and matches the server', async () => {
    const { page, expectNoProblems } = await openWithRows()
    for (const each of columns.slice(1)) {
      await expect
        .poll(async () => {
          await run('node', ['break.mjs', 'flush-redis'], folder())
          return (await numbersOf(page, each)).gaps
        }, patience)
        .toBeGreaterThan(0)
    }
    await expect
      .poll(async () => (await numbersOfAll(page)).map(({ missing }) => missing), patience)
      .toEqual([0, 0, 0, 0])
    expectNoProblems({ serverWasDown: true })
  })

  test('break.mjs names what it can break', async () => {
    const listed = await run('node', ['break.mjs'], folder())
    for (const each of ['kill-a', 'freeze-a', 'restart-redis', 'rolling', 'away', 'cut'])
      expect(listed).toContain(each)
    await expect(run('node', ['break.mjs', 'nothing'], folder())).rejects.toThrow('node break.mjs <what>')
  })
})

test.runIf(!canRun)(
  'the cluster is not proven here: install nginx, libnginx-mod-nchan, redis-server and haproxy',
  () => {
    console.info(
      'SKIPPED: 4 tests of examples/nchan-cluster, since nginx, Nchan, Redis or haproxy are not installed',
    )
  },
)
