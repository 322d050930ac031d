import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import {
  ConfigurationError,
  RealtimeProvider,
  useLongPoll,
  useMessage,
  useRealtime,
  useServerEvents,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()

test('a hook without a provider throws an error that says what to do', () => {
  const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
  function Lost() {
    useSocket({ url: '/socket' })
    return null
  }
  expect(() =>
    renderToString(
      <QueryClientProvider client={new QueryClient()}>
        <Lost />
      </QueryClientProvider>,
    ),
  ).toThrow(ConfigurationError)
  silence.mockRestore()
})

test('a new key closes all connections of the previous user, and drops a late token (A7)', async () => {
  const page = await open()
  let answerOld: (token: string) => void = () => {}
  const used: string[] = []
  const attachToken = (request: { url: string }, token: string) => {
    used.push(token)
    return { headers: {}, protocols: [], ...request }
  }
  const options = { url: page.at('/socket'), attachToken }
  function Light({ user }: { user: string }) {
    const getToken =
      user === 'a' ? () => new Promise<string>(resolve => (answerOld = resolve)) : () => 'token of b'
    return <i role="status">{useSocket({ ...options, getToken }).status}</i>
  }
  const view = page.render(null)
  view.rerender(<Light user="a" />, { key: 'a' })
  await screen.findByText('connecting')
  view.rerender(<Light user="b" />, { key: 'b' })
  answerOld('token of a')
  await screen.findByText('open')
  expect(used).toEqual(['token of b'])
  expect((await page.clients()).opened.socket).toBe(1)
})

test('a new key closes the sockets of the previous user before it opens the next ones', async () => {
  const page = await open({ closeDelay: 60_000 })
  const Light = () => <i role="status">{useSocket({ url: page.at('/socket') }).status}</i>
  const view = page.render(null)
  view.rerender(<Light />, { key: 'a' })
  await screen.findByText('open')
  view.rerender(<Light />, { key: 'b' })
  await waitFor(async () => {
    expect((await page.clients()).opened.socket).toBe(2)
    expect(await page.openNow('socket')).toBe(1)
  })
})

test('only the new QueryClient receives messages after a replacement (C15)', async () => {
  const page = await open()
  const next = new QueryClient()
  const Light = () => <i role="status">{useSocket({ url: page.at('/socket') }).status}</i>
  const view = page.render(<Light />)
  await screen.findByText('open')
  next.setQueryData(['note'], 'old')
  page.queryClient.setQueryData(['note'], 'old')
  view.rerender(<Light />, { client: next })
  await page.publish('note', null, 'new')
  await waitFor(() => expect(next.getQueryData(['note'])).toBe('new'))
  expect(page.queryClient.getQueryData(['note'])).toBe('old')
})

test('on a server all hooks render idle, open nothing and read no global (C12)', () => {
  const touch = vi.fn()
  function All() {
    const socket = useSocket({ url: '/socket' })
    const events = useServerEvents({ url: '/events' })
    const poll = useLongPoll({ url: '/poll' })
    const query = useSocketQuery({ url: '/socket' }, { type: 'price' })
    const message = useMessage('notice')
    const { connections } = useRealtime()
    return [
      socket.status,
      events.status,
      poll.status,
      query.status,
      message.status,
      connections.length,
    ].join()
  }
  const html = renderToString(
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider
        baseUrl="https://example.com"
        fetch={touch}
        webSocket={touch as never}
        getToken={touch}
      >
        <All />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  expect(html).toBe('idle,idle,idle,pending,pending,0')
  expect(touch).not.toHaveBeenCalled()
})

test('inline options cost each component the same, however many components there are', async () => {
  const page = await open()
  const readsOf = async (count: number) => {
    let reads = 0
    function Inline() {
      useSocket({
        url: page.at('/socket'),
        get on() {
          reads++
          return { note: () => undefined }
        },
        get liveQueries() {
          reads++
          return [['notes']]
        },
      })
      return null
    }
    const list = () => Array.from({ length: count }, (_, key) => <Inline key={key} />)
    const view = page.render(list())
    await waitFor(async () => expect(await page.openNow('socket')).toBe(1))
    await page.publish('note', null, 1)
    reads = 0
    view.rerender(list())
    await page.publish('note', null, 2)
    view.unmount()
    return reads / count
  }
  const few = await readsOf(20)
  const many = await readsOf(200)
  expect(few).toBeGreaterThan(0)
  expect(many).toBeLessThanOrEqual(1.5 * few)
})
