import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useSocket } from 'react-query-realtime'
import { Columns } from '../parts/Columns.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Playground } from '../parts/Playground.tsx'
import { createRun } from './createRun.ts'
import { driverSocket } from './driverSocket.ts'
import { LiveGlue } from './LiveGlue.tsx'
import { LiveLibrary } from './LiveLibrary.tsx'
import { RunCard } from './RunCard.tsx'
import { SideCard } from './SideCard.tsx'
import { SIDES } from './sides.ts'
import './converged.css'

export interface ConvergedProps {
  /** The same seed plans the same edits, drops and refetches. */
  seed: number
  /** Duration of the faults (s). */
  seconds: number
  /** Whether the handwritten code invalidates all queries after a reconnect. */
  glueRefetches: boolean
}

/** Two caches side by side, with the same server and the same faults. */
export function Converged(props: ConvergedProps) {
  const [{ seed, attempt }, setRun] = useState({ seed: props.seed, attempt: 0 })
  return (
    <Playground key={attempt}>
      <Duel {...props} seed={seed} onRun={next => setRun({ seed: next, attempt: attempt + 1 })} />
    </Playground>
  )
}

interface DuelProps extends ConvergedProps {
  readonly onRun: (seed: number) => void
}

function Duel({ seed, seconds, glueRefetches, onRun }: DuelProps) {
  const demo = useDemo()
  const socket = useMemo(() => driverSocket(demo.url('/socket')), [demo])
  const { request } = useSocket(socket)
  const [run] = useState(() => createRun({ demo, request, seed, seconds }))
  useEffect(() => run.start(), [run])
  const view = useSyncExternalStore(run.subscribe, run.getSnapshot)
  return (
    <>
      <RunCard {...{ view, seed, seconds, onRun }} />
      <Columns min="22rem">
        <SideCard
          {...SIDES.library}
          side={run.sides.library}
          view={view.sides.library}
          live={LiveLibrary}
          glueRefetches={glueRefetches}
        />
        <SideCard
          title={SIDES.glue.title}
          how={glueRefetches ? `${SIDES.glue.how}, invalidateQueries()` : SIDES.glue.how}
          side={run.sides.glue}
          view={view.sides.glue}
          live={LiveGlue}
          glueRefetches={glueRefetches}
        />
      </Columns>
    </>
  )
}
