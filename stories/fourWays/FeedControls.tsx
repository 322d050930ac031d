import { useEffect, useState } from 'react'
import { Range } from '../parts/Range.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { SYMBOL } from './ways.ts'

interface FeedControlsProps {
  /** The time between two polls (ms). */
  readonly interval: number
  readonly onInterval: (interval: number) => void
}

/** Sliders for the rate of new prices and for the polling interval. */
export function FeedControls({ interval, onInterval }: FeedControlsProps) {
  const demo = useDemo()
  const [rate, setRate] = useState(2)

  useEffect(() => {
    void demo.post('/feed', { rate, symbols: [SYMBOL] })
  }, [demo, rate])

  return (
    <div className="four-ways-controls">
      <Range
        label="New prices"
        value={rate}
        onChange={setRate}
        limits={{ min: 0, max: 20, step: 1 }}
        text={rate === 0 ? 'none' : `${rate} a second`}
      />
      <Range
        label="Polling interval"
        value={interval}
        onChange={onInterval}
        limits={{ min: 250, max: 10_000, step: 250 }}
        text={`${interval / 1_000} s`}
      />
    </div>
  )
}
