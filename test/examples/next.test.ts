import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { setUpExample } from './support/setUpExample.ts'

const { build, open, start } = setUpExample('next')

const patience = { timeout: 120_000 }
const priceOf = (page: Page) => page.getByRole('row', { name: 'BTC' }).getByRole('cell').innerText()

async function turnsLive(page: Page) {
  await page.getByText('open', { exact: true }).waitFor(patience)
  const first = await priceOf(page)
  await expect.poll(() => priceOf(page), patience).not.toBe(first)
}

let url: string
beforeAll(async () => {
  await build()
  url = await start('start', /Ready in/)
})

test('the HTML that the server sends holds the prices', async () => {
  const html = await (await fetch(url)).text()
  for (const symbol of ['BTC', 'ETH', 'SOL']) {
    expect(html).toMatch(new RegExp(`<th scope="row">${symbol}</th><td>\\d+\\.\\d\\d</td>`))
  }
})

test('the built page turns live', async () => {
  const { page, expectNoProblems } = await open(url)
  await turnsLive(page)
  expectNoProblems()
})

test('React hydrates the page without a warning in development', async () => {
  const { page, expectNoProblems } = await open(await start('dev', /Ready in/))
  await turnsLive(page)
  expectNoProblems()
})
