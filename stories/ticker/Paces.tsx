import { useSyncExternalStore } from 'react'
import { Figures } from '../parts/Figures.tsx'
import { formatCount } from '../parts/format.ts'
import type { Counters } from './createCounters.ts'

/** Figures of the last second. */
export function Paces({ counters }: { readonly counters: Counters }) {
  const { messages, rows, frames } = useSyncExternalStore(counters.subscribe, counters.getSnapshot)
  return (
    <Figures
      of={{
        'Messages a second': formatCount(messages),
        'Rows rendered a second': formatCount(rows),
        'Frames a second': formatCount(frames),
        'Messages so far': formatCount(counters.totals.messages),
      }}
    />
  )
}
