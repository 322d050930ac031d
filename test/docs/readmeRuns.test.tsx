import * as query from '@tanstack/react-query'
import * as testingLibrary from '@testing-library/react'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import type { ComponentType } from 'react'
import * as react from 'react'
import * as jsxRuntime from 'react/jsx-runtime'
import * as realtime from 'react-query-realtime'
import { RealtimeProvider, type SocketOptions, useSocket } from 'react-query-realtime'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import * as ws from 'ws'
import * as zod from 'zod'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'
import { runSnippets } from './runSnippets.ts'

const patient = { timeout: 8_000 }
const { QueryClient, QueryClientProvider } = query
let server: RunningDemoServer
let snippet: (name: string) => unknown
/** The tests that snippets define. */
let defined: (() => unknown)[] = []

beforeAll(async () => {
  server = await startDemoServer()
})
afterAll(() => server.close())
beforeEach(() => {
  defined = []
  const packages = {
    react,
    'react/jsx-runtime': jsxRuntime,
    'react-query-realtime': realtime,
    '@tanstack/react-query': query,
    '@testing-library/react': testingLibrary,
    vitest: { test: (_title: string, run: () => unknown) => defined.push(run) },
    ws,
    zod,
  }
  snippet = runSnippets('README.md', packages, code => code.replaceAll('https://api.example.com', server.url))
})

const component = (name: string) => snippet(name) as ComponentType
const clients = async () =>
  (await (await fetch(`${server.url}/clients`)).json()) as { opened: Record<string, number> }
const post = (path: string, body: object) =>
  fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) })

function show(...components: ComponentType[]) {
  const events: realtime.RealtimeEvent[] = []
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider baseUrl={server.url} closeDelay={0} onEvent={event => events.push(event)}>
        {components.map((Component, index) => (
          <Component key={index} />
        ))}
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  return events
}

test('the first hook and the provider: prices come in over one socket', async () => {
  const App = component('App')
  const before = (await clients()).opened['socket'] ?? 0
  const { container } = render(<App />)
  await screen.findByText('open', {}, patient)
  const prices = () => [...container.querySelectorAll('b')].map(({ textContent }) => textContent)
  await waitFor(() => prices().forEach(price => expect(price).toMatch(/^\d+\.\d\d$/)), patient)
  const first = prices().join()
  await waitFor(() => expect(prices().join()).not.toBe(first), patient)
  expect((await clients()).opened['socket']).toBe(before + 1)
})

test('usePolling and useSocket: what is ordered is listed', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  show(component('Orders'), component('OrderTea'))
  await screen.findByRole('list', {}, patient)
  const button = await screen.findByRole('button', { name: 'Order tea' })
  await waitFor(() => expect(button).toHaveProperty('disabled', false), patient)
  fireEvent.click(button)
  await screen.findByText('1 × tea', {}, patient)
  await waitFor(() => expect(info).toHaveBeenCalledWith(expect.stringMatching(/^ordered: /)), patient)
  info.mockRestore()
})

test('useServerEvents: ticks are counted', async () => {
  show(component('Ticks'))
  await screen.findByText(/^open, [1-9]\d* ticks$/, {}, patient)
})

test('useLongPoll: the cursor of an own strategy is read and sent', async () => {
  const Changes = component('Changes')
  const asked: string[] = []
  const answer = (url: string, { signal }: RequestInit) => {
    asked.push(url)
    if (asked.length === 1) return Promise.resolve(Response.json([], { headers: { 'x-next': '7' } }))
    return new Promise<Response>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider baseUrl={server.url} fetch={answer}>
        <Changes />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  await waitFor(
    () => expect(asked).toEqual([`${server.url}/changes`, `${server.url}/changes?after=7`]),
    patient,
  )
})

test('useMessage and useRealtime: the last message and the connections are shown', async () => {
  const Price = snippet('Price') as ComponentType<{ symbol: string }>
  const Btc = () => <Price symbol="BTC" />
  show(Btc, component('LastPrice'), component('Connections'))
  await screen.findByText('socket: open, used by 1', {}, patient)
  await screen.findByText(/"last":\d/, {}, patient)
})

test('recovery: a socket that was cut off gets what it missed, and nothing else', async () => {
  const options = snippet('resumable') as SocketOptions
  const notes: unknown[] = []
  const onMessage = ({ type, response }: realtime.Message) => type === 'note' && notes.push(response)
  const Light = () => <i>{useSocket({ ...options, onMessage }).status}</i>
  const events = show(Light)
  const publish = (response: number) => post('/publish', { type: 'note', params: null, response })
  await screen.findByText('open', {}, patient)
  await publish(1)
  await waitFor(() => expect(notes).toEqual([1]), patient)
  await post('/faults', { fault: 'down', ms: 500 })
  await screen.findByText('reconnecting', {}, patient)
  await publish(2)
  await screen.findByText('open', {}, patient)
  await publish(3)
  await waitFor(() => expect(notes).toEqual([1, 2, 3]), patient)
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test("optimistic updates: what was asked for is shown at once, and is the server's when it is done", async () => {
  const OneMore = snippet('OneMore') as ComponentType<{
    order: { id: string; item: string; quantity: number }
  }>
  const order = { id: 'optimistic', item: 'mint', quantity: 1 }
  await post('/orders', order)
  function Listed() {
    const { data = [order] } = query.useQuery<(typeof order)[]>({
      queryKey: ['orders'],
      queryFn: async () => (await (await fetch(`${server.url}/orders`)).json()) as (typeof order)[],
      staleTime: Infinity,
    })
    return <OneMore order={data.find(({ id }) => id === order.id) ?? order} />
  }
  show(Listed)
  fireEvent.click(await screen.findByRole('button', { name: '1 × mint' }, patient))
  await screen.findByText('2 × mint', {}, patient)
  const quantities = async () =>
    ((await (await fetch(`${server.url}/orders`)).json()) as (typeof order)[]).find(
      ({ id }) => id === order.id,
    )
  await waitFor(async () => expect(await quantities()).toMatchObject({ quantity: 2 }), patient)
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(screen.getByRole('button').textContent).toBe('2 × mint')
})

test('testing: the class of ws can be given, and the test that is shown passes', async () => {
  const TestProvider = snippet('TestProvider') as ComponentType<react.PropsWithChildren>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TestProvider>ready</TestProvider>
    </QueryClientProvider>,
  )
  await screen.findByText('ready')
  // The snippet that declares it defines a test.
  snippet('answer')
  expect(defined).toHaveLength(1)
  await defined[0]?.()
})
