import { usePolling } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { formatSeconds } from '../parts/format.ts'
import type { Quote } from '../parts/market.ts'
import { QuoteTable } from '../parts/QuoteTable.tsx'
import { RenderCount } from '../parts/RenderCount.tsx'
import { useResponses } from '../parts/responses.ts'
import { useNow } from '../parts/useNow.ts'

export interface PollPriceProps {
  interval: number
  whenHidden: 'pause' | 'stay'
}

export function PollPrice({ interval, whenHidden }: PollPriceProps) {
  const options = { url: useDemo().url('/poll', { type: 'price', symbol: 'BTC' }), interval, whenHidden }
  return (
    <Card title="The price of BTC">
      <Price {...options} />
      <Rhythm {...options} />
    </Card>
  )
}

interface PollProps extends PollPriceProps {
  url: string
}

/** Re-renders when the data changes, not for a poll without new data. */
function Price(options: PollProps) {
  const { data } = usePolling<Quote>(options)
  return (
    <QuoteTable extra="Renders">
      <QuoteTable.Row symbol="BTC" quote={data}>
        <RenderCount of="BTC" />
      </QuoteTable.Row>
    </QuoteTable>
  )
}

/** Shares the poll: any number of components use one loop. */
function Rhythm(options: PollProps) {
  const { nextPollAt, isPolling, pausedBy, error, pause, resume } = usePolling<Quote>(options)
  const responses = useResponses()
  const now = useNow(100)
  const isPaused = pausedBy.size > 0
  return (
    <>
      <Figures
        of={{
          'Next poll in': nextPollAt === null ? null : formatSeconds(nextPollAt - now),
          'New (200)': responses[200] ?? 0,
          'Unchanged (304)': responses[304] ?? 0,
          Polling: isPolling ? 'yes' : 'no',
          'Paused by': isPaused ? [...pausedBy].join(', ') : null,
        }}
      />
      <div className="buttons">
        {isPaused ? <Button onClick={resume}>Resume</Button> : <Button onClick={pause}>Pause</Button>}
      </div>
      <p role="status">{error ? `The last poll failed: ${error.message}` : 'The last poll succeeded.'}</p>
    </>
  )
}
