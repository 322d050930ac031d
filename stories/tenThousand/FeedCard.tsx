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

/** How much the feed speaks, and what is measured; while it is stopped, whether all has arrived. */
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
            {isStopped ? 'Go on' : 'Stop'}
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
      Each side is a page of its own in a process of its own, in production builds, and gets every message.
      Frames are those that the browser drew in the last two seconds; latency is the age of a price, from its
      making on the server to the frame that first shows it.
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
      Rows that show what the server holds:{' '}
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
