import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { Columns } from '../parts/Columns.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Playground } from '../parts/Playground.tsx'
import { createRun } from './createRun.ts'
import { driverSocket } from './driverSocket.ts'
import { LiveGlue } from './LiveGlue.tsx'
import { LiveLibrary } from './LiveLibrary.tsx'
import { SideCard } from './SideCard.tsx'
import { SIDES } from './sides.ts'
import './converged.css'

export interface ConvergedProps {
  /** The same seed plans the same edits, drops and refetches. */
  seed: number
  /** How long it is made hard for both caches. */
  seconds: number
  /** Whether the glue invalidates everything when its socket is open again. */
  glueRefetches: boolean
}

const LIVE = [LiveLibrary, LiveGlue]

/** Two caches side by side, on the same server and under the same faults. */
export function Converged(props: ConvergedProps) {
  const [attempt, setAttempt] = useState(0)
  return (
    <Playground key={attempt}>
      <Duel {...props} seed={props.seed + attempt} onAgain={() => setAttempt(attempt + 1)} />
    </Playground>
  )
}

function Duel({ seed, seconds, glueRefetches, onAgain }: ConvergedProps & { onAgain: () => void }) {
  const demo = useDemo()
  const socket = useMemo(() => driverSocket(demo.url('/socket')), [demo])
  const { request } = useSocket(socket)
  const [run] = useState(() => createRun({ demo, ask: request, seed, seconds }))
  useEffect(() => run.start(), [run])
  const { phase, sides, error } = useSyncExternalStore(run.subscribe, run.getSnapshot)
  return (
    <>
      <Card title="The run" aside={phase}>
        {error && <p role="alert">{error}</p>}
        <Button onClick={onAgain}>Run again</Button>
      </Card>
      <Columns min="22rem">
        {SIDES.map((words, index) => {
          const [side, view, live] = [run.sides[index], sides[index], LIVE[index]]
          return side && view && live ? (
            <SideCard key={words.name} {...words} {...{ side, view, live, glueRefetches }} />
          ) : null
        })}
      </Columns>
    </>
  )
}
