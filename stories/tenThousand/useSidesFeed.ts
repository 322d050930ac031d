import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useDemo } from '../parts/DemoContext.ts'
import type { Quote } from '../parts/market.ts'
import { SYMBOL_COUNT } from './sides.ts'

/** What the server holds. */
export interface Snapshot {
  readonly entries: readonly { readonly params: { readonly symbol: string }; readonly response: Quote }[]
}

export interface SidesFeed {
  /** Messages a second, where it is not stopped. */
  readonly rate: number
  readonly isStopped: boolean
  start(rate: number): void
  stop(): void
  /** Known while the feed stands still. */
  readonly snapshot: Snapshot | undefined
}

/** The one feed that both sides get. */
export function useSidesFeed(initialRate: number): SidesFeed {
  const demo = useDemo()
  const [rate, setRate] = useState(initialRate)
  const [isStopped, setStopped] = useState(false)

  const asked = useRef<Promise<unknown>>(Promise.resolve())

  useEffect(() => {
    const ask = () => demo.post('/feed', { rate: isStopped ? 0 : rate, symbols: SYMBOL_COUNT })
    // One after another, lest an earlier wish overtake a later one.
    asked.current = asked.current.then(ask, ask)
  }, [demo, rate, isStopped])

  const { data } = useQuery({
    queryKey: ['what the server holds'],
    queryFn: () => demo.get<Snapshot>('/poll'),
    enabled: isStopped,
    refetchInterval: 1_000,
  })

  return {
    rate,
    isStopped,
    start(wanted) {
      setRate(wanted)
      setStopped(false)
    },
    stop: () => setStopped(true),
    snapshot: isStopped ? data : undefined,
  }
}

/** How many rows show what the server holds. */
export function countEqual(snapshot: Snapshot, shown: Readonly<Record<string, number>>): number {
  return snapshot.entries.filter(({ params, response }) => shown[params.symbol] === response.last).length
}
