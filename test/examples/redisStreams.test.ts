import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { setUpExample } from './support/setUpExample.ts'

const missing = ['/usr/bin/redis-server', '/usr/sbin/haproxy'].filter(path => !existsSync(path))

describe.skipIf(missing.length > 0)('redis-streams', () => {
  const { build, folder, open, start } = setUpExample('redis-streams')
  let url: string
  beforeAll(async () => {
    url = await start('start', /Local:/)
  })

  const HOOKS = ['usePolling', 'useLongPoll', 'useServerEvents', 'useSocket']
  const column = (page: Page, hook: string) => page.getByRole('region', { name: hook })
  const newest = async (page: Page, hook: string) =>
    Number(/\d+/.exec(await column(page, hook).getByRole('listitem').last().innerText()))

  test('it type-checks and builds', async () => {
    await build()
  })

  test('its server has at most 120 lines', () => {
    const source = readFileSync(join(folder(), 'server.mjs'), 'utf8')
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  })

  test.each(HOOKS)('the column of %s gets rows, without a gap', async hook => {
    const { page, expectNoProblems } = await open(url)
    await column(page, hook).getByRole('listitem').first().waitFor({ timeout: 60_000 })
    const first = await newest(page, hook)
    await expect.poll(() => newest(page, hook), { timeout: 30_000 }).toBeGreaterThan(first)
    await column(page, hook).getByText('open', { exact: true }).waitFor()
    await column(page, hook).getByText('no gap').waitFor()
    expectNoProblems()
  })
})

test.runIf(missing.length > 0)('redis-streams is not tested here: install redis-server and haproxy', () => {
  console.info(`SKIPPED: 6 tests of the example redis-streams, for lack of ${missing.join(' and ')}`)
})
