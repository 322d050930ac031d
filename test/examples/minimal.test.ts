import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { setUpExample } from './support/setUpExample.ts'

const { build, folder, open, start } = setUpExample('minimal')

let url: string
beforeAll(async () => {
  url = await start('start', /Local:[^]*listens on port|listens on port[^]*Local:/)
})

const priceOf = (page: Page, symbol: string) =>
  page.getByRole('row', { name: symbol }).getByRole('cell').innerText()
const isPrice = /^\d+\.\d\d$/

test('it type-checks and builds', async () => {
  await build()
})

test('its server has at most 40 lines and needs ws alone', () => {
  const source = readFileSync(join(folder(), 'server.js'), 'utf8')
  const imports = [...source.matchAll(/from '(.+)'/g)].map(([, name]) => name)
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  expect(imports).toEqual(['ws'])
})

test('npm start shows prices that change', async () => {
  const { page, expectNoProblems } = await open(url)
  for (const symbol of ['BTC', 'ETH', 'SOL']) {
    await expect.poll(() => priceOf(page, symbol), { timeout: 60_000 }).toMatch(isPrice)
    const first = await priceOf(page, symbol)
    await expect.poll(() => priceOf(page, symbol), { timeout: 30_000 }).not.toBe(first)
  }
  await page.getByRole('button', { name: 'open' }).waitFor()
  expectNoProblems()
})

test('prices stay on screen while the server is down, and go on when it is back', async () => {
  const { page, expectNoProblems } = await open(url)
  await expect.poll(() => priceOf(page, 'BTC'), { timeout: 60_000 }).toMatch(isPrice)
  const server = join(folder(), 'server.js')
  const source = readFileSync(server, 'utf8')

  writeFileSync(server, `throw new Error('down')\n${source}`)
  await page.getByRole('button', { name: 'reconnecting' }).waitFor({ timeout: 60_000 })
  const last = await priceOf(page, 'BTC')
  expect(last).toMatch(isPrice)

  writeFileSync(server, source)
  await page.getByRole('button', { name: 'open' }).waitFor({ timeout: 60_000 })
  await expect.poll(() => priceOf(page, 'BTC'), { timeout: 30_000 }).not.toBe(last)
  expectNoProblems({ serverWasDown: true })
})
