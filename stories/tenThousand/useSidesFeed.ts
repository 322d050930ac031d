import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useDemo } from '../parts/DemoContext.ts'
import type { Quote } from '../parts/market.ts'
import { SYMBOL_COUNT } from './sides.ts'

/** The server's latest prices. */
export interface Snapshot {
  readonly entries: readonly { readonly params: { readonly symbol: string }; readonly response: Quote }[]
}

export interface SidesFeed {
  /** Messages a second while running. */
  readonly rate: number
  readonly isStopped: boolean
  start(rate: number): void
  stop(): void
  /** Set while the feed is stopped. */
  readonly snapshot: Snapshot | undefined
}

/** Controls the feed of both sides. */
export function useSidesFeed(initialRate: number): SidesFeed {
  const demo = useDemo()
  const [rate, setRate] = useState(initialRate)
  const [isStopped, setStopped] = useState(false)

  const sent = useRef<Promise<unknown>>(Promise.resolve())

  useEffect(() => {
    const send = () => demo.post('/feed', { rate: isStopped ? 0 : rate, symbols: SYMBOL_COUNT })
    // In sequence, so that an earlier request cannot overtake a later one.
    sent.current = sent.current.then(send, send)
  }, [demo, rate, isStopped])

  const { data } = useQuery({
    queryKey: ['server prices'],
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

/** Counts the rows that equal the server. */
export function countEqual(snapshot: Snapshot, shown: Readonly<Record<string, number>>): number {
  return snapshot.entries.filter(({ params, response }) => shown[params.symbol] === response.last).length
}
