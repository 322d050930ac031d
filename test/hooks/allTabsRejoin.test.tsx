import { useQuery } from '@tanstack/react-query'
import { act } from '@testing-library/react'
import { type SocketOptions, useSubscription } from 'react-query-realtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startSubscriptionServer } from '../support/subscriptionServer.ts'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { until } from '../support/until.ts'

function Keep({ url }: { url: string }) {
  const { data } = useSubscription({ url, whenHidden: 'stay' }, { type: 'kept' })
  return <i>{JSON.stringify(data)}</i>
}

function setHidden(isHidden: boolean) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(isHidden ? 'hidden' : 'visible')
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden)
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
}

test('a tab that comes back refetches what its own subscription keeps current: the server sent none of its messages meanwhile', async () => {
  onTestFinished(() => void vi.restoreAllMocks())
  const server = await startSubscriptionServer()
  // This server sends changes only, and nothing when it is subscribed.
  server.respond.subscribed = () => undefined
  const orders = { count: 1 }
  const options: SocketOptions = {
    url: server.url,
    whenHidden: 'pause',
    liveQueries: [['orders']],
    on: { 'order.changed': (_message, cache) => void cache.invalidateQueries(['orders']) },
  }
  function Orders() {
    useSubscription(options, { type: 'order.changed' })
    const { data } = useQuery({ queryKey: ['orders'], queryFn: () => orders.count, staleTime: Infinity })
    return <b>{`${data ?? '…'} orders`}</b>
  }
  const openTab = setUpHostedTabs()
  const keeper = openTab(<Keep url={server.url} />, { gapSpread: 1 })
  const away = openTab(<Orders />, { gapSpread: 1 })
  await until(() => expect(server.holds()).toEqual(['kept', 'order.changed']))
  await until(() => expect(away.container.textContent).toBe('1 orders'))
  setHidden(true)
  await until(() => expect(server.holds()).toEqual(['kept']))
  orders.count = 2
  server.publish('order.changed', {})
  server.publish('kept', 'yes')
  await until(() => expect(keeper.container.textContent).toBe('"yes"'))
  setHidden(false)
  await until(() => expect(server.holds()).toEqual(['kept', 'order.changed']))
  await until(() => expect(away.container.textContent).toBe('2 orders'))
  expect(server.sockets).toHaveLength(1)
})
