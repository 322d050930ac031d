import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Page } from '../../../docs/code/suspense.tsx'
import { createMarketServer, setPrice, subscribedSymbols } from '../../../docs/code/subscriptionsServer.ts'
import { allowConsole } from '../../support/consoleGuard.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const shows = (text: string) => screen.findByText(text, {}, patient)
const holds = (...symbols: string[]) =>
  waitFor(() => expect(subscribedSymbols().sort()).toEqual([...symbols].sort()), patient)

async function openMarket() {
  const server = createMarketServer()
  const news = { status: 200 }
  server.on('request', (_request, response) => {
    response.writeHead(news.status).end(JSON.stringify(['Tea is up', 'Milk is down']))
  })
  const page = await openPage(server)
  setPrice('DOT', 1)
  return { ...page, news }
}

test('each pane shows a skeleton until its data is there, and stays live', async () => {
  const page = await openMarket()
  page.render(<Page symbols={['DOT', 'UNI']} />)
  expect(screen.getAllByText('Loading…')).toHaveLength(2)
  await shows('DOT: 1')
  await shows('Tea is up · Milk is down')
  setPrice('DOT', 2)
  await shows('DOT: 2')
  await holds('DOT')
})

test('a symbol that changes in a transition stays on screen until the new one is there', async () => {
  const page = await openMarket()
  setPrice('UNI', 7)
  page.render(<Page symbols={['DOT', 'UNI']} />)
  await shows('DOT: 1')
  fireEvent.click(screen.getByRole('button', { name: 'UNI' }))
  expect(screen.queryByText('Loading…')).toBeNull()
  await shows('UNI: 7')
  await holds('UNI')
})

test('errors show a button that tries again, in their own pane only', async () => {
  allowConsole(/The above error occurred|Error: |error boundary/)
  const page = await openMarket()
  page.news.status = 500
  page.render(<Page symbols={['NONE']} />)
  const [first, second, ...others] = await waitFor(() => {
    const buttons = screen.getAllByText(/Try again/)
    expect(buttons).toHaveLength(2)
    return buttons
  }, patient)
  expect(others).toEqual([])
  page.news.status = 200
  setPrice('NONE', 5)
  fireEvent.click(first!)
  await shows('NONE: 5')
  fireEvent.click(second!)
  await shows('Tea is up · Milk is down')
})
