import type { QueryKey } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import {
  type RealtimeOptions,
  socketOptions,
  type SocketOptions,
  useSubscription,
} from 'react-query-realtime'
import { expect } from 'vitest'
import { setUpRealtime } from './setUpRealtime.tsx'
import { startSubscriptionServer } from './subscriptionServer.ts'

interface PriceProps {
  symbol: string
  title?: string
  enabled?: boolean
  liveQueries?: QueryKey[]
}

/** For each test a page whose `Price` subscribes to a symbol of a server of its own. */
export function setUpMarket() {
  const open = setUpRealtime()
  return async function openMarket(options: Partial<SocketOptions> = {}, provider: RealtimeOptions = {}) {
    const page = await open(provider)
    const server = await startSubscriptionServer()
    const market = socketOptions({ url: server.url, ...options })
    function Price({ symbol, title = symbol, ...rest }: PriceProps) {
      const price = useSubscription(market, { type: 'price', params: { symbol }, ...rest })
      const { data, error, status, isComplete, isStale, refetch } = price
      return (
        <p title={title}>
          {error?.name ?? ((data ?? status) as string)}
          {isComplete && ' complete'}
          {isStale && ' stale'}
          <button title={`refetch ${title}`} onClick={() => void refetch()} />
        </p>
      )
    }
    const shows = (title: string, text: string) =>
      waitFor(() => expect(screen.getByTitle(title).textContent).toBe(text))
    const sent = (...frames: string[]) => waitFor(() => expect(server.frames).toEqual(frames))
    const rest = (ms: number) => act(() => new Promise(resolve => setTimeout(resolve, ms)))
    return { ...page, server, market, Price, shows, sent, rest }
  }
}
