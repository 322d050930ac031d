import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { createDemo } from '../parts/demo.ts'
import { useDemo } from '../parts/DemoContext.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { QuantityRow } from './QuantityRow.tsx'
import { useQuantities } from './useQuantities.ts'
import './optimistic.css'

/** How late the push or the reply is, so that it can be watched (ms). */
const LATE = 800

const TIMINGS = {
  'The push': { pushAfter: 0, replyAfter: LATE },
  'The reply': { pushAfter: LATE, replyAfter: 0 },
} as const
type Timing = keyof typeof TIMINGS

/** Its fetches are a client of their own: what holds them up does not hold up the socket. */
const READER = 'reader'

/** Quantities that change at a click, before the server has said yes. */
export function Quantities() {
  const demo = useDemo()
  const queryClient = useQueryClient()
  const reader = useMemo(() => createDemo(demo.channel, READER), [demo])
  const { rows, change, error, status, isFetching } = useQuantities(demo, reader)
  const [timing, setTiming] = useState<Timing>('The push')

  async function refetch() {
    await demo.post('/faults', { fault: 'delay', ms: LATE, client: READER })
    await queryClient.invalidateQueries({ queryKey: ['orders'] })
  }

  return (
    <Card title="Orders" aside={<StatusLight status={status} />}>
      <p>
        A click shows its effect at once. The server applies it, replies to the page that asked, and pushes it
        to all; of these two one is {LATE / 1_000} s late. Each row tells all quantities that it has shown, so
        a flicker would stay to be seen. The server refuses 0.
      </p>
      <fieldset className="optimistic-timing">
        <legend>What comes first?</legend>
        {(Object.keys(TIMINGS) as Timing[]).map(name => (
          <label key={name}>
            <input type="radio" name="timing" checked={timing === name} onChange={() => setTiming(name)} />
            {name}
          </label>
        ))}
      </fieldset>
      <ul className="optimistic-rows" aria-label="Orders">
        {rows.map(row => (
          <QuantityRow
            key={row.id}
            row={row}
            onChange={quantity => change({ id: row.id, quantity, ...TIMINGS[timing] })}
          />
        ))}
      </ul>
      {error && (
        <p role="alert" className="optimistic-error">
          <strong>{error.name}</strong>: {error.message}
        </p>
      )}
      <div className="buttons">
        <Button disabled={isFetching} onClick={() => void refetch()}>
          {isFetching ? 'Refetching …' : 'Refetch, answered late'}
        </Button>
      </div>
    </Card>
  )
}
