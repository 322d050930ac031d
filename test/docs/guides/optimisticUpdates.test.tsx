import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, onTestFinished, test } from 'vitest'
import { AddOrder, Orders } from '../../../docs/code/optimisticUpdates.tsx'
import { createOrdersServer } from '../../../docs/code/optimisticUpdatesServer.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const rows = () => screen.queryAllByRole('listitem').map(row => row.firstChild?.textContent ?? '')
const isBusy = () => screen.getAllByRole('listitem').some(row => row.getAttribute('aria-busy') === 'true')
const settled = () => waitFor(() => expect(isBusy()).toBe(false), patient)

/** The page with its list and an open socket, and everything that the list has shown since. */
async function openOrders(options: Parameters<typeof createOrdersServer>[0]) {
  const page = await openPage(createOrdersServer(options))
  page.render(
    <>
      <Orders />
      <AddOrder item="coffee" />
      <AddOrder item="cocoa" quantity={11} />
    </>,
  )
  await waitFor(() => expect(rows()).toEqual(['2 × tea']), patient)
  await waitFor(
    () => expect(page.events).toContainEqual(expect.objectContaining({ status: 'open' })),
    patient,
  )
  const shown = [rows().join()]
  const observer = new MutationObserver(() => {
    if (shown.at(-1) !== rows().join()) shown.push(rows().join())
  })
  observer.observe(document.body, { subtree: true, childList: true, characterData: true })
  onTestFinished(() => observer.disconnect())
  return { ...page, shown }
}

const oneMore = () => fireEvent.click(screen.getByRole('button', { name: 'One more' }))
const order = (id: string, quantity: number) =>
  fetch('/orders', { method: 'POST', body: JSON.stringify({ id, item: 'tea', quantity }) })

const orders = [
  { push: 'before', server: { delay: 100 } },
  { push: 'after', server: { delay: 100, pushDelay: 200 } },
]

test.each(orders)(
  'a change is shown at once and never flickers, with the push $push the reply',
  async ({ server }) => {
    const { shown } = await openOrders(server)
    oneMore()
    await waitFor(() => expect(rows()).toEqual(['3 × tea']), patient)
    await settled()
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(shown).toEqual(['2 × tea', '3 × tea'])
  },
)

test('a change that is refused shows what the server has, also where someone else has changed it meanwhile', async () => {
  await openOrders({ delay: 200 })
  await order('1', 10)
  await waitFor(() => expect(rows()).toEqual(['10 × tea']), patient)
  oneMore()
  await waitFor(() => expect(rows()).toEqual(['11 × tea']), patient)
  await act(() => order('1', 5))
  await screen.findByText('Not changed', undefined, patient)
  await waitFor(() => expect(rows()).toEqual(['5 × tea']), patient)
})

test('a push for another row is shown while a change is pending', async () => {
  await openOrders({ delay: 400 })
  await order('2', 7)
  await waitFor(() => expect(rows()).toEqual(['2 × tea', '7 × tea']), patient)
  fireEvent.click(screen.getAllByRole('button', { name: 'One more' })[0]!)
  const late = order('2', 8)
  await waitFor(() => expect(rows()).toEqual(['3 × tea', '7 × tea']), patient)
  await late
  await waitFor(() => expect(rows()).toEqual(['3 × tea', '8 × tea']), patient)
  await settled()
  expect(rows()).toEqual(['3 × tea', '8 × tea'])
})

test.each(orders)(
  'an added row is shown at once, and once, with the push $push the response',
  async ({ server }) => {
    const { shown } = await openOrders(server)
    fireEvent.click(screen.getByRole('button', { name: 'Add coffee' }))
    await waitFor(() => {
      expect(rows()).toEqual(['2 × tea', '1 × coffee'])
      expect(isBusy()).toBe(true)
    }, patient)
    await settled()
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(shown).toEqual(['2 × tea', '2 × tea,1 × coffee'])
  },
)

test('a row that the server refuses disappears, and the page says so', async () => {
  await openOrders({ delay: 200 })
  fireEvent.click(screen.getByRole('button', { name: 'Add cocoa' }))
  await waitFor(() => expect(rows()).toEqual(['2 × tea', '11 × cocoa']), patient)
  await screen.findByText('Not added', undefined, patient)
  await waitFor(() => expect(rows()).toEqual(['2 × tea']), patient)
})
