import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { Figures } from '../parts/Figures.tsx'
import type { RunView } from './createRun.ts'
import { DifferencePlot } from './DifferencePlot.tsx'

interface RunCardProps {
  readonly view: RunView
  readonly seed: number
  readonly seconds: number
  /** Starts another run with this seed. */
  readonly onRun: (seed: number) => void
}

const PHASES = {
  preparing: 'getting ready',
  running: 'running',
  settling: 'waiting for traffic to settle',
  done: 'compared with the server',
  failed: 'failed',
} as const

/** The progress and the result of a run. */
export function RunCard({ view: { phase, looks, done, cuts, error }, seed, seconds, onRun }: RunCardProps) {
  const elapsed = phase === 'running' ? (looks.at(-1)?.at ?? 0) / 1_000 : phase === 'preparing' ? 0 : seconds
  return (
    <Card title="No update lost" aside={<Phase of={phase} />}>
      <p>
        Two caches in this page follow a list of orders on the server. For {seconds} seconds orders change,
        sockets drop, messages get lost, the server forgets its history, and refetches are slow. All of it
        hits both caches at the same moments. Once traffic settles, each cache is compared with the server.
      </p>
      {error && <p role="alert">{error}</p>}
      <progress aria-label="The run" max={seconds} value={elapsed} />
      <Figures
        of={{
          Edits: done.create + done.change + done.cancel + done.remove,
          Refetches: done.refetch,
          'Dropped sockets': done.drop,
          'Message losses': done.lose,
          'Histories forgotten': done.forget,
          Seed: seed,
        }}
      />
      <DifferencePlot looks={looks} cuts={cuts} seconds={seconds} />
      <div className="buttons">
        <Button look="primary" onClick={() => onRun(seed + 1)}>
          Run with another seed
        </Button>
        <Button onClick={() => onRun(seed)}>Run again</Button>
      </div>
    </Card>
  )
}

function Phase({ of }: { readonly of: RunView['phase'] }) {
  return (
    <span className="quiet" data-phase={of}>
      {PHASES[of]}
    </span>
  )
}
