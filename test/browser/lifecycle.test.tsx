import { QueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { Component, type ReactNode, Suspense, useEffect, useState } from 'react'
import { useLongPoll, useMessage, usePolling, useServerEvents, useSocket } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { countSockets, openPage } from './support.tsx'

const patient = { timeout: 20_000, interval: 20 }
type Page = Awaited<ReturnType<typeof openPage>>

type At = Pick<Page, 'at'>

function Connections({ at }: At) {
  useSocket({ url: at('/socket') })
  useServerEvents({ url: at('/events') })
  useLongPoll({ url: at('/long-poll') })
  return null
}

/** Shows the status of the socket, and the last note. */
function Shown({ at }: At) {
  const { status } = useSocket({ url: at('/socket') })
  usePolling({ url: at('/poll'), interval: 500 })
  const { data } = useMessage('note')
  return <i role="status">{`${status}: ${String(data)}`}</i>
}

/** Uses every transport. */
function Everything({ at }: At) {
  return (
    <>
      <Connections at={at} />
      <Shown at={at} />
    </>
  )
}

const shows = (text: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), patient)

/** How many connections the server has of each pushing transport. */
const held = ({ openNow }: Page) =>
  Promise.all((['socket', 'events', 'longPoll'] as const).map(transport => openNow(transport)))

class Boundary extends Component<{ children: ReactNode }> {
  override state = { hasFailed: false }
  static getDerivedStateFromError = () => ({ hasFailed: true })
  override render() {
    return this.state.hasFailed ? <b>failed</b> : this.props.children
  }
}

test('in Chromium, a tree that an error boundary unmounts leaves no connection of any transport (C2)', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const page = await openPage()
  let fail!: () => void
  function Failing() {
    const [hasFailed, setFailed] = useState(false)
    useEffect(() => {
      fail = () => setFailed(true)
    })
    if (hasFailed) throw new Error('mine')
    return <Everything at={page.at} />
  }
  page.render(
    <Boundary>
      <Failing />
    </Boundary>,
  )
  await shows('open: undefined')
  await waitFor(async () => expect(await held(page)).toEqual([1, 1, 1]), patient)
  act(() => fail())
  await screen.findByText('failed')
  await waitFor(async () => expect(await held(page)).toEqual([0, 0, 0]), patient)
})

test('in Chromium, a suspended tree keeps one connection per transport, and is live when it shows again (C1)', async () => {
  const { made, webSocket } = countSockets()
  const page = await openPage({ webSocket, closeDelay: 60_000 })
  let suspend!: () => void
  let resume!: () => void
  const slow = new Promise<string>(resolve => (resume = () => resolve('resumed')))
  function Suspending() {
    const [isSlow, setSlow] = useState(false)
    const queryFn = () => (isSlow ? slow : 'at once')
    const { data } = useSuspenseQuery({ queryKey: ['suspending', isSlow], queryFn })
    useEffect(() => {
      suspend = () => setSlow(true)
    })
    return (
      <>
        <Everything at={page.at} />
        <b>{data}</b>
      </>
    )
  }
  page.render(
    <Suspense fallback={<b>waiting</b>}>
      <Suspending />
    </Suspense>,
  )
  await screen.findByText('at once')
  await shows('open: undefined')
  await act(async () => {
    suspend()
    await Promise.resolve()
  })
  await screen.findByText('waiting')
  await act(async () => {
    resume()
    await Promise.resolve()
  })
  await screen.findByText('resumed')
  await page.publish('note', null, 'after')
  await shows('open: after')
  await waitFor(async () => expect(await held(page)).toEqual([1, 1, 1]), patient)
  expect(made).toHaveLength(1)
})

test('in Chromium, only a new QueryClient receives messages after it replaces another (C15)', async () => {
  const page = await openPage()
  // TanStack Query's hooks keep the client that they were mounted with, so the readers are remounted.
  const everything = (user: string) => (
    <>
      <Connections at={page.at} />
      <Shown key={user} at={page.at} />
    </>
  )
  const view = page.render(everything('a'))
  await shows('open: undefined')
  await page.publish('note', null, 'a')
  await shows('open: a')
  const client = new QueryClient()
  view.rerender(everything('b'), client)
  await shows('open: undefined')
  await page.publish('note', null, 'b')
  await shows('open: b')
  expect(client.getQueryData(['note'])).toBe('b')
  expect(page.queryClient.getQueryData(['note'])).toBe('a')
  client.clear()
  expect((await page.clients()).opened.socket).toBe(1)
})
