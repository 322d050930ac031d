import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startQuoteServer } from '../support/quoteServer.ts'
import { launchChromium, patiently } from '../support/setUpChromium.ts'
import { startDevSite } from '../support/startDevSite.ts'

const SYMBOLS = Array.from({ length: 300 }, (_, index) => `S${index}`)

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser.close())

async function openWidgets(closeDelay: number) {
  const server = await startQuoteServer()
  const site = await startDevSite('widgets')
  const page = await browser.newPage({ viewport: { width: 1280, height: 1100 } })
  onTestFinished(() => page.close())
  await page.goto(`${site.url}?closeDelay=${closeDelay}&server=${encodeURIComponent(server.url)}`)
  const texts = () => page.$$eval('[data-symbol]', all => all.map(({ textContent }) => textContent))
  return {
    server,
    page,
    setAll: (last: number) => SYMBOLS.forEach(symbol => server.set(symbol, last)),
    allShow: (last: number) =>
      patiently(async () => expect(await texts()).toEqual(SYMBOLS.map(symbol => `${symbol}: ${last}`))),
    texts,
  }
}

/** Gives the page the time for a route that is shown and left within the close delay. */
const stay = (page: Page) => page.waitForTimeout(200)

test('300 widgets show the value of the server after a route change within the close delay', async () => {
  const { server, page, setAll, allShow } = await openWidgets(20_000)
  await allShow(0)
  setAll(1)
  await allShow(1)
  await page.click('#about')
  await stay(page)
  setAll(2)
  await page.click('#wall')
  await allShow(2)
  setAll(3)
  await allShow(3)
  expect([server.sockets.length, server.asked.length]).toEqual([1, 600])
  await keepPicture(page, 'widgets-after-route')
})

test('300 widgets show the value of the server after they scroll away and back', async () => {
  const { server, page, setAll, texts } = await openWidgets(1_000)
  await page.click('#list')
  const scrollTo = (top: number) => page.$eval('#scroller', (list, to) => list.scrollTo(0, to), top)
  /** Scrolls through the list, and sees that each screen of it shows the value. */
  const seeAll = async (last: number) => {
    for (let first = 0; first < SYMBOLS.length; first += 20) {
      await scrollTo(first * 30)
      const expected = SYMBOLS.slice(first, first + 20).map(symbol => `${symbol}: ${last}`)
      await patiently(async () => expect(await texts()).toEqual(expected))
    }
  }
  await seeAll(0)
  setAll(1)
  await seeAll(1)
  setAll(2)
  await seeAll(2)
  await scrollTo(0)
  await patiently(async () => expect((await texts())[0]).toBe('S0: 2'))
  setAll(3)
  await patiently(async () => expect((await texts())[0]).toBe('S0: 3'))
  expect(server.sockets).toHaveLength(1)
})

/** Keeps a picture where the environment names a folder for it. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
}
