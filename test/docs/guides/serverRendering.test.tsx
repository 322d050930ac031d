import { act, screen, waitFor } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect, onTestFinished, test } from 'vitest'
import { createOrdersServer } from '../../../docs/code/optimisticUpdatesServer.ts'
import { OrdersPage } from '../../../docs/code/serverRenderingPage.tsx'
import { Providers } from '../../../docs/code/serverRenderingProviders.tsx'
import { countRequests, fetchFrom, listen } from './openPage.tsx'
import { pageFrom } from '../../support/pageFrom.ts'

const patient = { timeout: 10_000 }
const rows = () => screen.queryAllByRole('listitem').map(row => row.textContent)

/** What the app's server makes of the page, as HTML, and the page itself. */
async function renderPage() {
  const server = createOrdersServer({ delay: 0 })
  const requests = countRequests(server)
  const { url } = await listen(server)
  const before = process.env['API_URL']
  process.env['API_URL'] = url
  onTestFinished(() => void (process.env['API_URL'] = before ?? ''))
  const page = (
    <StrictMode>
      <Providers>{await OrdersPage()}</Providers>
    </StrictMode>
  )
  return { url, page, html: renderToString(page), requests }
}

/** A browser gets the HTML and hydrates it. */
function hydrate(html: string, page: ReactNode, url: string) {
  fetchFrom(url)
  pageFrom(url)
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = html
  const row = container.querySelector('li')
  let root!: Root
  act(() => {
    root = hydrateRoot(container, page)
  })
  onTestFinished(() => {
    act(() => root.unmount())
    container.remove()
  })
  return row
}

test('the server renders the list and opens no connection', async () => {
  const { html, requests } = await renderPage()
  expect(html).toContain('2 × tea')
  expect(html).toContain('data-status="idle"')
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(requests).toEqual(['GET /orders'])
})

test('the browser keeps the rendered rows, opens the socket, checks the list once and then gets each push', async () => {
  const { url, page, html, requests } = await renderPage()
  const row = hydrate(html, page, url)
  expect(rows()).toEqual(['2 × tea'])
  await waitFor(() => expect(requests).toEqual(['GET /orders', 'GET /socket', 'GET /orders']), patient)
  const body = JSON.stringify({ id: '1', item: 'tea', quantity: 3 })
  await fetch('/orders', { method: 'POST', body })
  await waitFor(() => expect(rows()).toEqual(['3 × tea']), patient)
  expect(document.querySelector('li')).toBe(row)
  expect(requests.filter(request => request === 'GET /orders')).toHaveLength(2)
})

test('what changes between the server render and the opening of the socket is not missed', async () => {
  const { url, page, html } = await renderPage()
  const body = JSON.stringify({ id: '1', item: 'tea', quantity: 5 })
  await fetch(`${url}/orders`, { method: 'POST', body })
  hydrate(html, page, url)
  await waitFor(() => expect(rows()).toEqual(['5 × tea']), patient)
})
