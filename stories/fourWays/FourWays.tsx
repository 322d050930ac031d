import { useState, useSyncExternalStore } from 'react'
import { Card } from '../parts/Card.tsx'
import { FaultButtons } from '../parts/FaultButtons.tsx'
import { createMeter } from './createMeter.ts'
import { createWaysHistory } from './createWaysHistory.ts'
import { describeReading } from './describeReading.ts'
import { FeedControls } from './FeedControls.tsx'
import { LongPollWay } from './LongPollWay.tsx'
import { Plots } from './Plots.tsx'
import { PollingWay } from './PollingWay.tsx'
import { ServerEventsWay } from './ServerEventsWay.tsx'
import { SocketWay } from './SocketWay.tsx'
import { Way } from './Way.tsx'
import { WAYS } from './ways.ts'
import './fourWays.css'

const CONTENTS = [PollingWay, LongPollWay, ServerEventsWay, SocketWay]

function createInstruments() {
  const meters = WAYS.map(() => createMeter())
  return { meters, history: createWaysHistory(meters) }
}

/** The same price over all four transports, and what each one costs. */
export function FourWays() {
  const [{ meters, history }] = useState(createInstruments)
  const [interval, setInterval] = useState(2_000)
  const moments = useSyncExternalStore(history.subscribe, history.getSnapshot)
  const latest = moments.at(-1)
  const made = Math.max(0, ...(latest ?? []).map(({ values }) => values))
  return (
    <>
      <Card title="The feed">
        <FeedControls interval={interval} onInterval={setInterval} />
        <FaultButtons show={['kill', 'freeze', 'thaw', 'refuse', 'down', 'delay', 'clear']} />
      </Card>
      <Plots moments={moments} />
      <div className="four-ways-cards">
        {meters.map((meter, index) => {
          const reading = latest?.[index]
          const summary = reading ? describeReading(reading, made) : 'Measuring …'
          return (
            <Way key={WAYS[index]?.name} index={index} meter={meter} interval={interval} summary={summary}>
              {CONTENTS[index] ?? PollingWay}
            </Way>
          )
        })}
      </div>
    </>
  )
}
