import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { FilteredOrders, OrdersPage, PagedOrders } from '../../../docs/code/listsAndDetails.tsx'
import { createOrdersServer } from '../../../docs/code/listsAndDetailsServer.ts'
import { countRequests, openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const rows = () => screen.queryAllByRole('listitem').map(row => row.textContent)
const showsRows = (...expected: string[]) => waitFor(() => expect(rows()).toEqual(expected), patient)

async function openOrders() {
  const server = createOrdersServer()
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(
    <>
      <OrdersPage />
      <FilteredOrders item="tea" />
    </>,
  )
  await showsRows('2 × tea', '1 × coffee')
  await waitFor(
    () => expect(page.events).toContainEqual(expect.objectContaining({ status: 'open' })),
    patient,
  )
  // Before the socket was open, changes may have been missed: the lists are fetched once more.
  await waitFor(() => expect(page.queryClient.isFetching()).toBe(0), patient)
  const put = (id: string, item: string, quantity: number) =>
    fetch(`${page.url}/orders`, { method: 'PUT', body: JSON.stringify({ id, item, quantity }) })
  return { ...page, put, requests, count: (path: string) => requests.filter(seen => seen === path).length }
}

test('one push changes the list, the detail, the total and the filtered list', async () => {
  const { put } = await openOrders()
  fireEvent.click(screen.getByRole('button', { name: '2 × tea' }))
  await screen.findByText('tea: 2', {}, patient)
  await put('1', 'tea', 5)
  await showsRows('5 × tea', '1 × coffee')
  await screen.findByText('tea: 5', {}, patient)
  await screen.findByText('total: 6', {}, patient)
  await put('3', 'tea', 1)
  await showsRows('5 × tea', '1 × coffee', '1 × tea')
  await screen.findByText('2 orders of tea', {}, patient)
})

test('an order that is removed leaves the list, and its detail says so', async () => {
  const { url } = await openOrders()
  fireEvent.click(screen.getByRole('button', { name: '1 × coffee' }))
  await screen.findByText('coffee: 1', {}, patient)
  await fetch(`${url}/orders/2`, { method: 'DELETE' })
  await showsRows('2 × tea')
  await screen.findByText('total: 2', {}, patient)
  await screen.findByText('This order is gone.', {}, patient)
})

test('what changed during a drop is fetched after it', async () => {
  const { goDown, comeBack, put } = await openOrders()
  await goDown()
  await waitFor(() => expect(put('1', 'tea', 8)).rejects.toThrow())
  await comeBack()
  await put('1', 'tea', 9)
  await showsRows('9 × tea', '1 × coffee')
})

test('a changed row is written to its page, and a new or removed row moves the others', async () => {
  const server = createOrdersServer()
  const requests = countRequests(server)
  const page = await openPage(server)
  const put = (id: string, item: string, quantity: number) =>
    fetch(`${page.url}/orders`, { method: 'PUT', body: JSON.stringify({ id, item, quantity }) })
  await put('3', 'milk', 1)
  page.render(<PagedOrders />)
  await showsRows('2 × tea', '1 × coffee')
  fireEvent.click(screen.getByRole('button', { name: 'Next' }))
  await showsRows('1 × milk')
  const isQuiet = () => page.queryClient.isFetching() === 0
  await waitFor(
    () => expect(page.events).toContainEqual(expect.objectContaining({ status: 'open' })),
    patient,
  )
  await waitFor(() => expect(isQuiet()).toBe(true), patient)

  const fetches = requests.filter(request => request === 'GET /orders').length
  await put('1', 'tea', 5)
  await put('3', 'milk', 4)
  await showsRows('4 × milk')
  expect(requests.filter(request => request === 'GET /orders')).toHaveLength(fetches)
  fireEvent.click(screen.getByRole('button', { name: 'Previous' }))
  await showsRows('5 × tea', '1 × coffee')

  await fetch(`${page.url}/orders/1`, { method: 'DELETE' })
  await showsRows('1 × coffee', '4 × milk')
  await put('4', 'salt', 1)
  fireEvent.click(screen.getByRole('button', { name: 'Next' }))
  await showsRows('1 × salt')
})
