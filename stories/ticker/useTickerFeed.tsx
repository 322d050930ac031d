import { type ReactNode, useEffect, useState } from 'react'
import { useDemo } from '../parts/DemoContext.ts'
import { Range } from '../parts/Range.tsx'
import { formatCount } from '../parts/format.ts'

/** Number of rows. */
const ROWS = 200

interface FeedSettings {
  readonly symbols: readonly string[]
}

/** The symbols of the ticker and the sliders for its feed. */
export function useTickerFeed(): { symbols: readonly string[]; controls: ReactNode } {
  const demo = useDemo()
  const [rate, setRate] = useState(200)
  const [batch, setBatch] = useState(1)
  const [symbols, setSymbols] = useState<readonly string[]>([])

  useEffect(() => {
    let isCurrent = true
    void demo.post<FeedSettings>('/feed', { rate, batch, symbols: ROWS }).then(feed => {
      // The symbols stay the same, so the rows keep their props.
      if (isCurrent) setSymbols(before => (before.length > 0 ? before : feed.symbols))
    })
    return () => {
      isCurrent = false
    }
  }, [demo, rate, batch])

  const controls = (
    <div className="ticker-controls">
      <Range
        label="Messages"
        value={rate}
        onChange={setRate}
        limits={{ min: 0, max: 2_000, step: 50 }}
        text={rate === 0 ? 'none' : `${formatCount(rate)} a second`}
      />
      <Range
        label="Messages per WebSocket frame, at most"
        value={batch}
        onChange={setBatch}
        limits={{ min: 1, max: 50, step: 1 }}
        text={`${batch}`}
      />
    </div>
  )
  return { symbols, controls }
}
