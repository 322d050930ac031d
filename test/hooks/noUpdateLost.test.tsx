import { useMutation, useQuery } from '@tanstack/react-query'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { cursorInQuery, socketOptions, upsert, useSocket } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()

interface Visits {
  epoch: string
  seq: number
  count: number
}

/**
 * A page that counts visits with a plain function, between a log of visits and an endpoint whose responses
 * can be held back.
 */
async function openVisits() {
  const page = await open()
  let state: Visits
  const visit = async () => {
    const position = (await page.publish('visit', null, null)) as Omit<Visits, 'count'>
    state = { ...position, count: (state?.count ?? 0) + 1 }
  }
  await visit()
  const held: (() => void)[] = []
  let isHolding = false
  const { url, requests } = await startServer(response => {
    const body = JSON.stringify(state)
    const answer = () => response.setHeader('access-control-allow-origin', '*').end(body)
    if (isHolding) held.push(answer)
    else answer()
  })
  const site = socketOptions({
    url: page.at('/socket'),
    recovery: {
      cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
      attach: cursorInQuery(),
      resumed: ({ type, response }) =>
        type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
    },
    liveQueries: [{ queryKey: ['visits'], position: ({ epoch, seq }: Visits) => ({ epoch, seq }) }],
    on: {
      visit: (_message, cache) =>
        cache.setQueryData<Visits>(['visits'], visits => visits && { ...visits, count: visits.count + 1 }),
    },
  })
  function Page({ isLive }: { isLive: boolean }) {
    const { status } = useSocket({ ...site, enabled: isLive })
    const { data, refetch } = useQuery<Visits>({
      queryKey: ['visits'],
      queryFn: async () => (await fetch(url)).json() as Promise<Visits>,
      staleTime: Infinity,
    })
    return <button onClick={() => void refetch()}>{`${status}: ${data?.count}`}</button>
  }
  return { ...page, Page, visit, requests, held, hold: () => (isHolding = true) }
}

test('a stream that opens after the fetch delivers the updates in between once, without a refetch', async () => {
  const { render, Page, visit, requests } = await openVisits()
  const view = render(<Page isLive={false} />)
  await screen.findByText('idle: 1')
  await visit()
  view.rerender(<Page isLive />)
  await screen.findByText('open: 2')
  await visit()
  await screen.findByText('open: 3')
  expect(requests).toHaveLength(1)
})

test('a push during a fetch is counted once, even by an updater that is not idempotent', async () => {
  const { render, Page, visit, requests, hold, held } = await openVisits()
  render(<Page isLive />)
  await screen.findByText('open: 1')
  await visit()
  await screen.findByText('open: 2')
  hold()
  fireEvent.click(screen.getByRole('button'))
  await waitFor(() => expect(held).toHaveLength(1))
  await visit()
  await screen.findByText('open: 3')
  const asked = requests.length
  held[0]?.()
  await new Promise(resolve => setTimeout(resolve, 100))
  expect([screen.getByRole('button').textContent, requests.length]).toEqual(['open: 3', asked])
})

interface Order {
  id: string
  quantity: number
}

/** An order whose change is shown while it is pending. The test controls the server's responses. */
async function openOrder() {
  const page = await open()
  const server = await startSocketServer()
  const write = (order: unknown) => upsert(order as Order, { by: 'id' })
  const options = socketOptions({
    url: server.url,
    on: {
      'order.change': ({ response }, cache) => cache.setQueryData(['orders'], write(response)),
      'order.changed': ({ response }, cache) => cache.setQueryData(['orders'], write(response)),
    },
  })
  const shown: number[] = []
  function OneMore() {
    const { status, request } = useSocket(options)
    const { data: [order = { id: 'a', quantity: 0 }] = [] } = useQuery<Order[]>({
      queryKey: ['orders'],
      queryFn: () => [{ id: 'a', quantity: 1 }],
      staleTime: Infinity,
    })
    const change = useMutation({
      mutationFn: (quantity: number) => request({ type: 'order.change', params: { id: order.id, quantity } }),
    })
    const quantity = change.isPending ? change.variables : order.quantity
    if (shown.at(-1) !== quantity) shown.push(quantity)
    return (
      <button onClick={() => change.mutate(quantity + 1)}>{`${status} ${change.status}: ${quantity}`}</button>
    )
  }
  page.render(<OneMore />)
  const button = await screen.findByRole('button')
  await waitFor(() => expect(button.textContent).toBe('open idle: 1'))
  const socket = server.sockets[0]!
  const asked = new Promise<void>(resolve => socket.once('message', () => resolve()))
  fireEvent.click(button)
  await asked
  await waitFor(() => expect(button.textContent).toBe('open pending: 2'))
  const response = { id: 'a', quantity: 2 }
  const say = async (message: object) => {
    socket.send(JSON.stringify(message))
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    shown,
    reply: () => say({ type: 'order.change', params: { id: 'a', quantity: 2 }, response }),
    refuse: () => say({ type: 'order.change', params: { id: 'a', quantity: 2 }, error: 'sold out' }),
    push: (quantity = 2) =>
      say({ type: 'order.changed', params: { id: 'a' }, response: { id: 'a', quantity } }),
    ends: (text: string) => waitFor(() => expect(button.textContent).toBe(text)),
  }
}

test('an optimistic change does not flicker when its push arrives before the reply', async () => {
  const { push, reply, shown, ends } = await openOrder()
  await push()
  await reply()
  await ends('open success: 2')
  expect(shown).toEqual([0, 1, 2])
})

test('an optimistic change does not flicker when its push arrives after the reply', async () => {
  const { push, reply, shown, ends } = await openOrder()
  await reply()
  await ends('open success: 2')
  await push()
  expect(shown).toEqual([0, 1, 2])
})

test('an optimistic change does not flicker when an older push of the same row arrives while it is pending', async () => {
  const { push, reply, shown, ends } = await openOrder()
  await push(1)
  await reply()
  await ends('open success: 2')
  expect(shown).toEqual([0, 1, 2])
})

test('a rejected optimistic change rolls back to the value of the server', async () => {
  const { refuse, shown, ends } = await openOrder()
  await refuse()
  await ends('open error: 1')
  expect(shown).toEqual([0, 1, 2, 1])
})
