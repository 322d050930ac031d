import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Browser } from 'playwright'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'
import { startFaultProxy } from '../support/faultProxy/startFaultProxy.ts'
import { launchChromium, patiently } from '../support/setUpChromium.ts'
import { startDevSite } from '../support/startDevSite.ts'

let browser: Browser
let server: RunningDemoServer
beforeAll(async () => {
  server = await startDemoServer()
  browser = await launchChromium()
}, 60_000)
afterAll(async () => {
  await browser.close()
  await server.close()
})

test('hot module replacement closes the connections of the old module, and one of each is open (C6)', async () => {
  const proxy = await startFaultProxy(server.url)
  const site = await startDevSite('hotApp')
  const page = await browser.newPage()
  onTestFinished(async () => {
    await page.close()
    await proxy.close()
  })
  await page.goto(`${site.url}?server=${encodeURIComponent(proxy.url)}`)
  const shows = (text: string) =>
    patiently(async () => expect(await page.textContent('#root')).toContain(text))
  await shows('first open open')
  await page.evaluate(() => Object.assign(window, { isSamePage: true }))
  for (const [from, to] of [
    ['first', 'second'],
    ['second', 'third'],
  ] as const) {
    await site.edit('Light.tsx', from, to)
    await shows(`${to} open open`)
  }
  // A definition that changes is another connection; the one before it has no user any more.
  await site.edit('definition.ts', '/socket?channel=hot', '/socket?channel=hot&client=new')
  await patiently(() => expect(proxy.moments('handshake')).toHaveLength(2))
  await shows('third open open')
  await patiently(() => expect(proxy.openConnections()).toHaveLength(2))
  await fetch(`${server.url}/publish?channel=hot`, {
    method: 'POST',
    body: JSON.stringify({ type: 'note', params: null, response: 'heard' }),
  })
  await shows('heard')
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
  expect(proxy.moments('request').filter(({ method }) => method === 'GET')).toHaveLength(1)
})
