import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { RealtimeProvider, useServerEvents } from 'react-query-realtime'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import {
  App,
  apiFetch,
  getToken,
  login,
  logout,
  logoutEverywhere,
} from '../../../docs/code/authentication.tsx'
import { createAuthServer } from '../../../docs/code/authenticationServer.ts'
import { countRequests, fetchFrom, listen } from './openPage.tsx'
import { pageFrom } from '../../support/pageFrom.ts'

const patient = { timeout: 10_000 }
const shows = (text: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), patient)

/** A page that the server of the guide has served. */
async function openPage(life?: number) {
  const server = createAuthServer(life)
  const requests = countRequests(server)
  const network = await listen(server)
  fetchFrom(network.url)
  pageFrom(network.url)
  return {
    ...network,
    requests,
    count: (request: string) => requests.filter(seen => seen === request).length,
  }
}

/** The app of the guide on such a page. */
async function openApp(life?: number) {
  const page = await openPage(life)
  render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
  return page
}

afterEach(() => act(() => logout()))

test('a login opens the socket and the own fetch with the token of the user', async () => {
  await openApp()
  fireEvent.change(screen.getByLabelText('User'), { target: { value: 'ada' } })
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'wrong' } })
  fireEvent.click(screen.getByRole('button', { name: 'Log in' }))
  await screen.findByText('Wrong user or password', undefined, patient)
  fireEvent.change(screen.getByLabelText('User'), { target: { value: 'ada' } })
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'secret' } })
  fireEvent.click(screen.getByRole('button', { name: 'Log in' }))
  await shows('open: 2 unread of ada, 3 orders of ada')
})

test('a logout closes the socket, and the next user sees no data of the one before', async () => {
  const app = await openApp()
  await act(() => login('ada', 'secret'))
  await shows('open: 2 unread of ada, 3 orders of ada')
  fireEvent.click(screen.getByRole('button', { name: 'Log out' }))
  await screen.findByLabelText('User', undefined, patient)
  await waitFor(() => expect(app.count('POST /logout')).toBe(1), patient)
  await act(() => login('grace', 'secret'))
  expect(screen.getByRole('status').textContent).not.toContain('ada')
  await shows('open: 2 unread of grace, 3 orders of grace')
})

test('a logout in another tab of the same user logs this tab out, and closes its socket', async () => {
  await openApp()
  await act(() => login('ada', 'secret'))
  await shows('open: 2 unread of ada, 3 orders of ada')
  const other = new BroadcastChannel('session')
  onTestFinished(() => other.close())
  const told = new Promise(resolve => (other.onmessage = ({ data }) => resolve(data)))
  other.postMessage('ada')
  await screen.findByLabelText('User', undefined, patient)
  await act(() => login('ada', 'secret'))
  act(() => logoutEverywhere())
  expect(await told).toBe('ada')
  await screen.findByLabelText('User', undefined, patient)
})

test('a socket whose token has ended reconnects with a fresh one', async () => {
  // Longer than the five seconds after which a connection counts as stable.
  const app = await openApp(5_500)
  await act(() => login('ada', 'secret'))
  await shows('open: 2 unread of ada, 3 orders of ada')
  await waitFor(() => expect(app.count('GET /socket')).toBeGreaterThan(1), patient)
  await shows('open: 2 unread of ada, 3 orders of ada')
  expect(app.count('POST /refresh')).toBeGreaterThan(0)
})

test('a user whose fresh token is refused, too, is logged out', async () => {
  await openApp(300)
  await act(() => login('ada', 'secret'))
  await waitFor(() => screen.getByLabelText('User'), patient)
})

function Stream() {
  const { status } = useServerEvents({ url: '/events' })
  return <p role="status">{status}</p>
}

test('an event stream whose token has expired is requested again with a fresh one', async () => {
  const server = createAuthServer(1_000)
  const requests = countRequests(server)
  const statuses: number[] = []
  server.on('request', (_request, response) =>
    response.on('finish', () => statuses.push(response.statusCode)),
  )
  const { url } = await listen(server)
  fetchFrom(url)
  pageFrom(url)
  await login('ada', 'secret')
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider getToken={getToken}>
        <Stream />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  await waitFor(() => expect(requests.filter(seen => seen === 'GET /events')).toHaveLength(2), patient)
  await shows('open')
  expect(requests).toContain('POST /refresh')
  expect(statuses).not.toContain(401)
})

test('two requests at the same time refresh the token once', async () => {
  const app = await openPage(1_000)
  await login('ada', 'secret')
  await new Promise(resolve => setTimeout(resolve, 1_100))
  const before = app.count('POST /refresh')
  const statuses = await Promise.all([apiFetch('/orders'), apiFetch('/orders')])
  expect(statuses.map(({ status }) => status)).toEqual([200, 200])
  expect(app.count('POST /refresh') - before).toBe(1)
})
