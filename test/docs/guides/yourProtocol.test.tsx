import { screen, waitFor } from '@testing-library/react'
import type { RealtimeOptions } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { Auction, CurrentBid, LiveBid } from '../../../docs/code/yourProtocol.tsx'
import { createAuctionServer } from '../../../docs/code/yourProtocolServer.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }

async function open(props: RealtimeOptions = {}) {
  const { server, ...house } = createAuctionServer()
  const watches = (...items: string[]) => waitFor(() => expect(house.watched()).toEqual(items), patient)
  return { ...house, ...(await openPage(server, props)), watches }
}

const shows = (text: string | RegExp) => screen.findByText(text, {}, patient)

test('step 1: a request gets its reply', async () => {
  const { render } = await open()
  render(<CurrentBid item="vase" />)
  await shows('{"bid":10}')
})

test('step 2: a subscription is live until the server ends it, and can be refused', async () => {
  const { render, bid, watches, end } = await open()
  render([<LiveBid key="vase" item="vase" />, <LiveBid key="moon" item="moon" />])
  await shows('vase {"bid":10}')
  await shows(/request "bid" with an error/)
  bid('vase', 11)
  await shows('vase {"bid":11}')
  await watches('vase')
  end('vase')
  await shows('vase {"bid":11} sold')
})

test('step 2: a subscription ends at the server with its component, by the name that the server gave it', async () => {
  const { render, watches } = await open()
  const view = render([1, 2].map(key => <LiveBid key={key} item="vase" />))
  await watches('vase')
  view.rerender(null)
  await watches()
})

test('step 3: nothing is sent before the handshake is done, and heartbeats come as often as the server says', async () => {
  const { render, seen, watches, dropAll, bid } = await open({ getToken: () => 'secret' })
  const view = render(<Auction item="vase" />)
  await shows('vase {"bid":10}')
  await waitFor(() => expect(seen.pings).toBeGreaterThan(1), patient)
  dropAll()
  bid('vase', 12)
  await shows('vase {"bid":12}')
  await watches('vase')
  view.unmount()
  await watches()
  expect(seen.tokens).toEqual(['secret', 'secret'])
})

test('step 3: a denied token is fetched again once', async () => {
  const { render, seen } = await open({
    getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'old'),
  })
  render(<Auction item="vase" />)
  await shows('vase {"bid":10}')
  expect(seen.tokens).toEqual(['old', 'secret'])
})
