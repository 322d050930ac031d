import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { startFaultProxy } from '../support/faultProxy/startFaultProxy.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { setUpExample } from './support/setUpExample.ts'

const { build, folder, open, output, start } = setUpExample('next')

const patience = { timeout: 120_000 }
const priceOf = (page: Page) => page.getByRole('row', { name: 'BTC' }).getByRole('cell').innerText()

async function turnsLive(page: Page) {
  await page.getByText('open', { exact: true }).first().waitFor(patience)
  const first = await priceOf(page)
  await expect.poll(() => priceOf(page), patience).not.toBe(first)
}

/** A page of the app that suspends for a request over a socket. */
function addSuspendedPage() {
  const page = join(folder(), 'app', 'suspended')
  mkdirSync(page)
  writeFileSync(
    join(page, 'page.tsx'),
    `
import { Suspense } from 'react'
import { Suspended } from './Suspended'

export default async function Page({ searchParams }: { searchParams: Promise<{ socket: string }> }) {
  const { socket } = await searchParams
  return <Suspense fallback={<p>Waiting.</p>}><Suspended url={socket} /></Suspense>
}
`,
  )
  writeFileSync(
    join(page, 'Suspended.tsx'),
    `
'use client'
import { useSuspenseSocketQuery } from 'react-query-realtime'

export function Suspended({ url }: { url: string }) {
  const { data } = useSuspenseSocketQuery({ url }, { type: 'price', params: {} })
  return <b>{JSON.stringify(data)}</b>
}
`,
  )
}

/** A proxy before the site. It notes all requests, also those of the worker. */
async function startProxy() {
  const proxy = await startFaultProxy(url)
  onTestFinished(() => proxy.close())
  const requestsTo = (path: string) => proxy.moments('request').filter(moment => moment.path === path).length
  return { site: proxy.url, requestsTo }
}

let url: string
beforeAll(async () => {
  addSuspendedPage()
  await build()
  url = await start('start', /Ready in/)
})

test('the HTML that the server sends holds the prices', async () => {
  const html = await (await fetch(url)).text()
  for (const symbol of ['BTC', 'ETH', 'SOL']) {
    expect(html).toMatch(new RegExp(`<th scope="row">${symbol}</th><td>\\d+\\.\\d\\d</td>`))
  }
})

/** Notes every list of trades that the page ever shows, as their numbers, newest first. */
function noteTrades() {
  const note = () => {
    const rows = [...document.querySelectorAll<HTMLElement>('li[data-id]')]
    if (rows.length > 0) lists.push(rows.map(row => Number(row.dataset['id'])))
  }
  const lists: number[][] = []
  Object.assign(globalThis, { tradeLists: lists })
  new MutationObserver(note).observe(document, { childList: true, subtree: true, attributes: true })
}

test('the trades that the server rendered continue where their data ends: none is missed, duplicated or fetched again', async () => {
  const html = await (await fetch(url)).text()
  expect(html).toContain('Trades are loading.')
  expect(html).toMatch(/<li data-id="\d+">/)
  const { site, requestsTo } = await startProxy()
  const { page, expectNoProblems } = await open('about:blank')
  await page.addInitScript(noteTrades)
  await page.goto(site)
  const read = () => page.evaluate(() => (globalThis as unknown as { tradeLists: number[][] }).tradeLists)
  await expect.poll(async () => new Set((await read()).flat()).size, patience).toBeGreaterThan(20)
  const lists = await read()
  const [shown = []] = lists
  for (const [first = 0, ...rest] of lists) expect(rest).toEqual(rest.map((_, index) => first - 1 - index))
  const seen = [...new Set(lists.flat())].sort((a, b) => a - b)
  expect(seen).toEqual(seen.map((_, index) => shown.at(-1)! + index))
  expect(requestsTo('/api/trades')).toBe(0)
  expect(requestsTo('/api/prices')).toBeLessThanOrEqual(1)
  expect(requestsTo('/api/trade-events')).toBe(1)
  expectNoProblems()
})

test('the built page turns live', async () => {
  const { page, expectNoProblems } = await open(url)
  await turnsLive(page)
  expectNoProblems()
})

test('a suspended socket query is left to the browser, and neither Next nor the browser reports an error', async () => {
  const server = await startSocketServer(socket => {
    socket.on('message', data => {
      const { type, params, id } = JSON.parse((data as Buffer).toString()) as Record<string, unknown>
      socket.send(JSON.stringify({ type, params, re: id, response: 42 }))
    })
  })
  const suspended = `${url}/suspended?socket=${server.url}`
  const html = await (await fetch(suspended)).text()
  expect(html).toContain('Waiting.')
  expect(server.requests).toEqual([])
  const { page, expectNoProblems } = await open(suspended)
  await page.getByText('42', { exact: true }).waitFor(patience)
  expectNoProblems()
  expect(output()).not.toMatch(/error|digest/i)
})

test('two tabs of the built page have one connection for each stream, which a worker holds', async () => {
  const { site, requestsTo } = await startProxy()
  const first = await open(site)
  const second = await open(site, first.page)
  for (const { page, expectNoProblems } of [first, second]) {
    await turnsLive(page)
    expectNoProblems()
  }
  expect(requestsTo('/realtime-worker.js')).toBe(1)
  expect(requestsTo('/api/events')).toBe(1)
  expect(requestsTo('/api/trade-events')).toBe(1)
})

test('React hydrates the page without a warning in development', async () => {
  const { page, expectNoProblems } = await open(await start('dev', /Ready in/))
  await turnsLive(page)
  expectNoProblems()
})
