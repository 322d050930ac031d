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

/** Delay of the push or the reply, long enough to watch (ms). */
const LATE = 800

const TIMINGS = {
  'The push': { pushAfter: 0, replyAfter: LATE },
  'The reply': { pushAfter: LATE, replyAfter: 0 },
} as const
type Timing = keyof typeof TIMINGS

/** Fetches use their own client, so that delaying them does not delay the socket. */
const READER = 'reader'

/** Quantities that change on click, before the server confirms. */
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
        Click + or −: the row changes at once. The server then replies to this page and pushes the change to
        all pages. One of the two arrives {LATE / 1_000} s later. Each row lists every quantity that it has
        shown, so a flicker would be visible. The server rejects 0.
      </p>
      <fieldset className="optimistic-timing">
        <legend>What arrives first?</legend>
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
          {isFetching ? 'Refetching …' : 'Slow refetch'}
        </Button>
      </div>
    </Card>
  )
}
