import { expect, onTestFinished, test } from 'vitest'
import { startDemoServer } from '../../stories/server/startDemoServer.ts'
import { launchChromium, patiently } from '../support/setUpChromium.ts'
import { startDevSite } from '../support/startDevSite.ts'

test('a page of a Vite dev server warns once about a message without a handler', async () => {
  const server = await startDemoServer()
  const browser = await launchChromium()
  onTestFinished(async () => {
    await browser.close()
    await server.close()
  })
  const site = await startDevSite('hotApp')
  const page = await browser.newPage()
  const warnings: string[] = []
  page.on('console', message => message.type() === 'warning' && warnings.push(message.text()))
  await page.goto(`${site.url}?server=${encodeURIComponent(server.url)}`)
  await patiently(async () => expect(await page.textContent('#root')).toContain('first open open'))
  const publish = (type: string) =>
    fetch(`${server.url}/publish?channel=hot`, {
      method: 'POST',
      body: JSON.stringify({ type, params: null, response: 'heard' }),
    })
  for (const type of ['new-type', 'new-type', 'note']) await publish(type)
  await patiently(async () => expect(await page.textContent('#root')).toContain('heard'))
  expect(warnings.filter(text => text.includes('"new-type"'))).toEqual([
    expect.stringMatching(/^react-query-realtime: /),
  ])
})
