import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { type Browser, chromium } from 'playwright'
import { build, type Plugin, preview, type PreviewServer } from 'vite'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { chromiumArgs } from '../../scripts/chromiumArgs.ts'
import { findChromium } from '../../scripts/findChromium.ts'
import { packageAlias } from '../../scripts/packageAlias.ts'
import { spawnChromium } from '../../scripts/spawnChromium.ts'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'
import type { Show, Use } from '../pages/app/pageUnderTest.ts'
import { startFaultProxy } from './faultProxy/startFaultProxy.ts'
import { until } from './until.ts'

const app = fileURLToPath(new URL('../pages/app', import.meta.url))

const INSECURE_HOST = 'insecure.test'

/** The built page and the demo server, for all tests of a file; for each test a channel of it behind a fault proxy. */
export function setUpSite() {
  let server: RunningDemoServer
  let site: PreviewServer
  const outDir = mkdtempSync(join(tmpdir(), 'page-under-test-'))
  let channels = 0

  beforeAll(async () => {
    const rolldownOptions = {
      input: ['index.html', 'elsewhere.html', 'withoutWorkers.html', 'withoutSharedWorkers.html'].map(name =>
        join(app, name),
      ),
    }
    const common = { root: app, configFile: false, logLevel: 'error' } as const
    /** A policy for the script of the worker whose URL names one. */
    const policies: Plugin = {
      name: 'policies',
      configurePreviewServer: ({ middlewares }) =>
        void middlewares.use((request, response, next) => {
          const policy = new URL(request.url ?? '/', 'http://host').searchParams.get('policy')
          if (policy) response.setHeader('Content-Security-Policy', policy)
          next()
        }),
    }
    await build({
      ...common,
      plugins: [react()],
      resolve: { alias: packageAlias },
      build: { outDir, emptyOutDir: true, rolldownOptions },
    })
    site = await preview({
      ...common,
      plugins: [policies],
      build: { outDir },
      preview: { host: '127.0.0.1', port: 0, allowedHosts: [INSECURE_HOST] },
    })
    server = await startDemoServer()
  }, 120_000)
  afterAll(async () => {
    await site.close()
    await server.close()
    rmSync(outDir, { recursive: true })
  })

  return async function openChannel() {
    const { port } = site.httpServer.address() as AddressInfo
    const channel = `page-${++channels}`
    const proxy = await startFaultProxy(server.url)
    onTestFinished(() => proxy.close())
    const channelOf = (path: string, base: string) => {
      const url = new URL(path, base)
      url.searchParams.set('channel', channel)
      return url.href
    }
    const post = (path: string, body: unknown) =>
      fetch(channelOf(path, server.url), { method: 'POST', body: JSON.stringify(body) })
    await post('/feed', { rate: 0 })
    return {
      proxy,
      origin: `http://127.0.0.1:${port}`,
      /** The same site without encryption and not on localhost, so that it is no secure context. */
      insecureOrigin: `http://${INSECURE_HOST}:${port}`,
      at: (path: string) => channelOf(path, proxy.url),
      note: (response: unknown) => post('/publish', { type: 'note', params: null, response }),
      post,
    }
  }
}

/** A page of the site in a Chromium, for each test. */
export function setUpChromium() {
  const openChannel = setUpSite()
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  return async function open() {
    const channel = await openChannel()
    const context = await browser.newContext()
    const page = await context.newPage()
    onTestFinished(() => context.close())
    await page.goto(`${channel.origin}/index.html`)
    return {
      ...channel,
      page,
      context,
      show: (show: Show) => page.evaluate(each => window.page.show(each), show),
      ...readersOf(get => page.evaluate(get)),
    }
  }
}

/** As `setUpChromium`, but in a tab that can be hidden and frozen. */
export function setUpTabs() {
  const openChannel = setUpSite()
  let chromium: Awaited<ReturnType<typeof spawnChromium>>
  beforeAll(async () => {
    chromium = await spawnChromium([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`])
  })
  afterAll(() => chromium.close())

  return async function open() {
    const channel = await openChannel()
    const openPage = async (path = '/index.html') => {
      const tab = await chromium.openTab(new URL(path, channel.origin).href)
      onTestFinished(() => tab.close().catch(() => undefined))
      await patiently(async () => expect(await tab.evaluate(() => typeof window.page)).toBe('object'))
      return {
        tab,
        show: (show: Show) => tab.call(each => window.page.show(each), show),
        ...readersOf(get => tab.evaluate(get)),
      }
    }
    return {
      ...channel,
      /** Opens one more page of the site. */
      openPage,
      openTab: () => chromium.openTab('about:blank'),
      ...(await openPage()),
    }
  }
}

/** Ways to read what the page shows. */
export function readersOf(read: <Value>(get: () => Value) => Promise<Value>) {
  return {
    notes: () => read(() => window.page.notes),
    lifecycle: () => read(() => window.page.lifecycle),
    /** The kinds of failures that led to a retry. */
    retries: () =>
      read(() =>
        window.page.events.flatMap(event =>
          event.kind === 'retry' ? [(event.error as { failureKind?: string } | null)?.failureKind] : [],
        ),
      ),
    /** Whether connections were shared, and why not. */
    sharing: () =>
      read(() =>
        window.page.events.flatMap(event =>
          event.kind === 'sharing' ? [event.isActive ? 'shared' : (event.reason ?? '')] : [],
        ),
      ),
    gaps: () => read(() => window.page.events.flatMap(event => (event.kind === 'gap' ? [event.cause] : []))),
    isShown: (status: string, name = 'it') =>
      patiently(async () => expect((await read(() => window.page.statuses))[name]).toBe(status)),
    hears: (expected: unknown[], name = 'it') =>
      patiently(async () => expect((await read(() => window.page.notes))[name]).toEqual(expected)),
  }
}

/** The four ways of the demo server, as a page uses them. */
export function allTransports(at: (path: string) => string): Use[] {
  return [
    { transport: 'socket', url: at('/socket'), resumes: true },
    { transport: 'events', url: at('/events') },
    { transport: 'longPoll', url: at('/long-poll') },
    { transport: 'poll', url: at('/poll?type=note') },
  ]
}

/** Waits for something that may take long on a busy machine. */
export const patiently = (check: () => Promise<void> | void) => until(check, 15_000)

/** Chromium as users have it: with the back/forward cache, which Playwright switches off. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    args: chromiumArgs,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    ...(executablePath && { executablePath }),
  })
}
