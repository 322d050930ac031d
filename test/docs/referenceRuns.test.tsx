import * as query from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import type { ComponentType } from 'react'
import * as react from 'react'
import * as jsxRuntime from 'react/jsx-runtime'
import * as realtime from 'react-query-realtime'
import { RealtimeProvider, type SocketOptions, useSocket } from 'react-query-realtime'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as zod from 'zod'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { runSnippets } from './runSnippets.ts'

const { QueryClient, QueryClientProvider } = query
const packages = {
  react,
  'react/jsx-runtime': jsxRuntime,
  'react-query-realtime': realtime,
  '@tanstack/react-query': query,
  zod,
}
let server: RunningDemoServer

beforeAll(async () => {
  server = await startDemoServer()
})
afterAll(() => server.close())

/** What the snippets of a page of the reference declare, run against the demo server. */
function snippetOf(page: string) {
  const path = `docs/reference/${page}.md`
  return runSnippets(path, packages, code => code.replaceAll('https://api.example.com', server.url))
}

const component = (page: string, name: string) => snippetOf(page)(name) as ComponentType
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

test('use-polling and use-socket: an order that is created over the socket appears in the polled list', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  show(component('use-polling', 'Orders'), component('use-socket', 'OrderTea'))
  await screen.findByRole('list')
  const button = await screen.findByRole('button', { name: 'Order tea' })
  await waitFor(() => expect(button).toHaveProperty('disabled', false))
  fireEvent.click(button)
  await screen.findByText('1 × tea')
  await waitFor(() => expect(info).toHaveBeenCalledWith(expect.stringMatching(/^ordered: /)))
  info.mockRestore()
})

test('use-server-events: ticks are counted', async () => {
  show(component('use-server-events', 'Ticks'))
  await screen.findByText(/^open, [1-9]\d* ticks$/)
})

test('use-long-poll: a cursor strategy of your own reads the position and sends it', async () => {
  const Changes = component('use-long-poll', 'Changes')
  const requested: string[] = []
  const respond = (url: string, { signal }: RequestInit) => {
    requested.push(url)
    if (requested.length === 1) return Promise.resolve(Response.json([], { headers: { 'x-next': '7' } }))
    return new Promise<Response>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider baseUrl={server.url} fetch={respond}>
        <Changes />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  const expected = [`${server.url}/changes`, `${server.url}/changes?after=7`]
  await waitFor(() => expect(requested).toEqual(expected))
})

test('use-socket-query, use-message and use-realtime: a price, its last message and the connection are shown', async () => {
  const Price = component('use-socket-query', 'Price') as ComponentType<{ symbol: string }>
  const Btc = () => <Price symbol="BTC" />
  show(Btc, component('use-message', 'LastPrice'), component('use-realtime', 'Connections'))
  await screen.findByText('socket: open, used by 1')
  await screen.findByText(/^\d+\.\d\d$/)
  await screen.findByText(/"last":\d/)
})

test('recovery: a socket that drops receives what it missed, and nothing else', async () => {
  const options = snippetOf('recovery')('resumable') as SocketOptions
  const notes: unknown[] = []
  const onMessage = ({ type, response }: realtime.Message) => type === 'note' && notes.push(response)
  const Light = () => <i>{useSocket({ ...options, onMessage }).status}</i>
  const events = show(Light)
  const publish = (response: number) => post('/publish', { type: 'note', params: null, response })
  await screen.findByText('open')
  await publish(1)
  await waitFor(() => expect(notes).toEqual([1]))
  await post('/faults', { fault: 'down', ms: 60_000 })
  await screen.findByText('reconnecting')
  await publish(2)
  await post('/faults', { fault: 'clear' })
  await screen.findByText('open')
  await publish(3)
  await waitFor(() => expect(notes).toEqual([1, 2, 3]))
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('use-socket: a room is joined at each opening, and left on unmount', async () => {
  const Room = component('use-socket', 'Room') as ComponentType<{ id: string }>
  const received: string[] = []
  const rooms = await startSocketServer(socket => {
    socket.on('message', (data: Buffer) => {
      const { type, params } = JSON.parse(data.toString()) as { type: string; params: { room: string } }
      received.push(`${type} ${params.room}`)
    })
  })
  const queryClient = new QueryClient()
  const page = (id?: string) => (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider baseUrl={rooms.url} reconnect={{ minDelay: 10 }}>
        {id && <Room id={id} />}
      </RealtimeProvider>
    </QueryClientProvider>
  )
  const { rerender } = render(page('a'))
  await waitFor(() => expect(received).toEqual(['join a']))
  rooms.sockets[0]?.terminate()
  await waitFor(() => expect(received).toEqual(['join a', 'join a']))
  rerender(page('b'))
  await waitFor(() => expect(received.slice(2)).toEqual(['leave a', 'join b']))
  rerender(page())
  await waitFor(() => expect(received.slice(4)).toEqual(['leave b']))
  expect(rooms.sockets).toHaveLength(2)
})
