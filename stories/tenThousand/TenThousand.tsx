import { useState, useSyncExternalStore } from 'react'
import { createSidesHistory, latestReport } from './createSidesHistory.ts'
import { FeedCard } from './FeedCard.tsx'
import { SideCard } from './SideCard.tsx'
import { SidePlots } from './SidePlots.tsx'
import { SIDES } from './sides.ts'
import { useSidesFeed } from './useSidesFeed.ts'
import './tenThousand.css'

export interface TenThousandProps {
  /** Initial rate (messages a second). */
  readonly rate: number
}

/** One feed, read by this library and by handwritten code. */
export function TenThousand({ rate }: TenThousandProps) {
  const [history] = useState(createSidesHistory)
  const moments = useSyncExternalStore(history.subscribe, history.getSnapshot)
  const feed = useSidesFeed(rate)
  return (
    <>
      <FeedCard feed={feed} moments={moments} />
      <div className="sides">
        {SIDES.map(({ name }, index) => (
          <SideCard key={name} index={index} report={latestReport(moments, name)} onReport={history.add} />
        ))}
      </div>
      <SidePlots moments={moments} />
    </>
  )
}
