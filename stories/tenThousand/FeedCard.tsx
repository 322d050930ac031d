import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { formatCount } from '../parts/format.ts'
import { Range } from '../parts/Range.tsx'
import { latestReport, type Moment } from './createSidesHistory.ts'
import { RATES } from './rates.ts'
import { SIDES, SYMBOL_COUNT } from './sides.ts'
import { countEqual, type SidesFeed, type Snapshot } from './useSidesFeed.ts'

interface FeedCardProps {
  readonly feed: SidesFeed
  readonly moments: readonly (Moment | undefined)[]
}

/** The rate of the feed, and a comparison with the server while the feed is stopped. */
export function FeedCard({ feed, moments }: FeedCardProps) {
  const { rate, isStopped, snapshot } = feed
  return (
    <Card title="One feed, two readers">
      <div className="sides-controls">
        <Range
          label="Messages to each side"
          value={RATES.indexOf(rate)}
          onChange={index => feed.start(RATES[index] ?? rate)}
          limits={{ min: 0, max: RATES.length - 1, step: 1 }}
          text={isStopped ? 'stopped' : `${formatCount(rate)} a second`}
        />
        <div className="buttons">
          <Button look="primary" onClick={() => feed.start(10_000)}>
            10,000 a second
          </Button>
          <Button onClick={() => (isStopped ? feed.start(rate) : feed.stop())}>
            {isStopped ? 'Resume' : 'Stop'}
          </Button>
        </div>
      </div>
      <p className="quiet sides-note" role="status">
        {snapshot ? <Comparison snapshot={snapshot} moments={moments} /> : <Method />}
      </p>
    </Card>
  )
}

function Method() {
  return (
    <>
      Each side is a separate page in a production build, and receives every message. Frames are those that
      the browser drew in the last two seconds. Latency is the age of a price in the first frame that shows
      it: half of the prices are younger than p50, and 95% are younger than p95.
    </>
  )
}

interface ComparisonProps {
  readonly snapshot: Snapshot
  readonly moments: FeedCardProps['moments']
}

function Comparison({ snapshot, moments }: ComparisonProps) {
  return (
    <>
      Rows that equal the server:{' '}
      {SIDES.map(({ name, title }) => {
        const equal = countEqual(snapshot, latestReport(moments, name)?.shown ?? {})
        return (
          <span key={name} className="sides-equal" data-equal={name}>
            {title.toLowerCase()} {equal} of {SYMBOL_COUNT}
          </span>
        )
      })}
    </>
  )
}
