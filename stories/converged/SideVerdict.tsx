import type { Verdict } from './createJudge.ts'
import type { SideView } from './createRun.ts'

/** The number of wrong orders, and in the end whether the cache equals the server. */
export function SideVerdict({ view: { verdict, differing } }: { readonly view: SideView }) {
  const isGood = verdict ? verdict.isEqual : differing.length === 0
  return (
    <div className="converged-verdict" data-verdict={isGood ? 'good' : 'bad'}>
      {!verdict && <strong>{countOf(differing.length, 'order')} wrong</strong>}
      {/* Screen readers announce the result only. */}
      <strong role="status">{verdict && inShort(verdict)}</strong>
      <span>{verdict ? inFull(verdict) : 'at this moment'}</span>
    </div>
  )
}

function inShort({ isEqual, lost }: Verdict): string {
  if (isEqual) return 'converged'
  return lost > 0 ? `lost ${countOf(lost, 'update')}` : 'differs'
}

function inFull({ differing, counted, made }: Verdict): string {
  const orders =
    differing.length === 0 ? 'Every order is right' : `${countOf(differing.length, 'order')} wrong`
  return `${orders}, and it counted ${counted} of ${made} changes.`
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
