import type { SideView } from './createRun.ts'
import type { Verdict } from './createJudge.ts'
import type { SideName } from './sides.ts'

interface SideVerdictProps {
  readonly name: SideName
  readonly view: SideView
}

/** In large letters: how many orders differ now, and in the end whether the cache is what the server has. */
export function SideVerdict({ view: { verdict, differing } }: SideVerdictProps) {
  const state = verdict ? (isEqual(verdict) ? 'good' : 'bad') : 'open'
  return (
    <div className="converged-verdict" data-verdict={state}>
      <strong role="status">{verdict ? words(verdict) : 'running'}</strong>
      <span>
        {verdict ? inFull(verdict) : `${countOf(differing.length, 'order')} not as on the server now`}
      </span>
    </div>
  )
}

function isEqual({ differing, counted, made }: Verdict): boolean {
  return differing.length === 0 && counted === made
}

function words(verdict: Verdict): string {
  if (isEqual(verdict)) return 'converged'
  return verdict.lost > 0 ? `lost ${countOf(verdict.lost, 'update')}` : 'differs'
}

function inFull({ differing, counted, made }: Verdict): string {
  const orders = differing.length === 0 ? 'All orders are' : `${countOf(differing.length, 'order')} not`
  return `${orders} as on the server; it counted ${counted} of ${made} changes.`
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
