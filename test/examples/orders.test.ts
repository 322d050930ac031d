import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { preview } from 'vite'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { startFaultProxy } from '../support/faultProxy/startFaultProxy.ts'
import { setUpExample } from './support/setUpExample.ts'

const { build, folder, open, start } = setUpExample('orders')

const patience = { timeout: 60_000 }

let url: string
beforeAll(async () => {
  url = await start('start', /Local:[^]*listens on port|listens on port[^]*Local:/)
})

async function openOrders(at = url, first?: Page) {
  const opened = await open(at, first)
  await opened.page.getByText('open', { exact: true }).waitFor(patience)
  await expect.poll(() => rows(opened.page), patience).toHaveLength(8)
  return opened
}

const list = (page: Page) => page.getByRole('region', { name: 'Orders' })
const rows = (page: Page) => list(page).getByRole('listitem').allInnerTexts()
const rowsOf = async (page: Page, item: string) => (await rows(page)).filter(row => row.includes(item))
const detail = (page: Page) => page.getByRole('region', { name: /^Order \d+$/ })

async function createOrder(page: Page, item: string) {
  await page.getByLabel('Item').fill(item)
  await page.getByRole('button', { name: 'Create order' }).click()
}

test('it type-checks and builds', async () => {
  await build()
})

test('a new order appears once, and events change it in the list and in its detail', async () => {
  const { page, expectNoProblems } = await openOrders()
  await createOrder(page, 'Assam')
  await expect.poll(() => rowsOf(page, 'Assam'), patience).toHaveLength(1)
  await expect.poll(() => detail(page).innerText(), patience).toContain('Assam')
  await expect.poll(() => rowsOf(page, 'Assam'), patience).toEqual([expect.stringContaining('shipped')])
  await expect.poll(() => detail(page).innerText(), patience).toContain('shipped')
  expectNoProblems()
})

test('an order of another client appears, and moves the last row to page 2', async () => {
  const { page, expectNoProblems } = await openOrders()
  const last = (await rows(page)).at(-1)?.split('\n')[0]
  const body = JSON.stringify({ item: 'Darjeeling', quantity: 2 })
  const response = await fetch(`${url}/api/orders`, { method: 'POST', body })
  expect(response.status).toBe(201)
  await expect.poll(() => rowsOf(page, 'Darjeeling'), patience).toHaveLength(1)
  expect(await rows(page)).toHaveLength(8)

  await page.getByRole('button', { name: 'Older' }).click()
  await expect.poll(async () => (await rows(page))[0], patience).toContain(last)
  await page.getByText('Page 2 of 3').waitFor()
  expect(await rowsOf(page, 'Darjeeling')).toEqual([])
  expectNoProblems()
})

test('two tabs of the built app have one event stream, which a worker holds', async () => {
  await build()
  const assets = readdirSync(join(folder(), 'dist/assets'))
  expect(assets.filter(name => /^realtime\.worker-.+\.js$/.test(name))).toHaveLength(1)
  const proxy = await startFaultProxy(url)
  onTestFinished(() => proxy.close())
  const common = { root: folder(), configFile: false, logLevel: 'error' } as const
  const site = await preview({
    ...common,
    preview: { host: '127.0.0.1', port: 0, proxy: { '/api': proxy.url } },
  })
  onTestFinished(() => site.close())
  const { port } = site.httpServer.address() as AddressInfo

  const first = await openOrders(`http://127.0.0.1:${port}`)
  const second = await openOrders(`http://127.0.0.1:${port}`, first.page)
  await createOrder(first.page, 'Keemun')
  for (const { page, expectNoProblems } of [first, second]) {
    await expect.poll(() => rowsOf(page, 'Keemun'), patience).toEqual([expect.stringContaining('shipped')])
    expectNoProblems()
  }
  const streams = proxy.moments('request').filter(({ path }) => path === '/api/events')
  expect(streams).toHaveLength(1)
})

test('the message of a refused order is shown', async () => {
  const { page } = await openOrders()
  await createOrder(page, '   ')
  await expect.poll(() => page.getByRole('alert').innerText(), patience).toContain('Too small')
})

test('the list is fetched again after the server has lost its events in a restart', async () => {
  const { page, expectNoProblems } = await openOrders()
  await createOrder(page, 'Ceylon')
  await expect.poll(() => rowsOf(page, 'Ceylon'), patience).toHaveLength(1)
  const server = join(folder(), 'server/main.ts')
  writeFileSync(server, `${readFileSync(server, 'utf8')}\n`)
  await expect.poll(() => rowsOf(page, 'Ceylon'), patience).toEqual([])
  await page.getByText('open', { exact: true }).waitFor(patience)
  expect(await rows(page)).toHaveLength(8)
  expectNoProblems({ serverWasDown: true })
})
