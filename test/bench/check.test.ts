import { describe, expect, it } from 'vitest'
import { check } from '../../bench/check.ts'
import type { Sample, Samples } from '../../bench/results.ts'
import { targets, type Target } from '../../bench/targets.ts'
import { sharingWorkloads, workloads } from '../../bench/workloads.ts'
import { memory } from '../../bench/workloads/memory.ts'

const cost: Target = { workload: 'burst', claim: 'cost', metric: 'cpu', atMost: 2 }

function verdictOn(target: Target, own: readonly Sample[]) {
  const samples: Samples = new Map([
    ['realtime', own],
    ['floor', own.map(() => ({ cpu: 1 }))],
  ])
  const [verdict] = check(new Map([['burst', samples]]), [target])
  return verdict
}

const cpus = (...values: number[]) => values.map(cpu => ({ cpu }))

describe('check', () => {
  it('judges by the median', () => {
    expect(verdictOn(cost, cpus(1, 2, 9))?.isMet).toBe(true)
    expect(verdictOn(cost, cpus(1, 2.01, 9))?.isMet).toBe(false)
  })

  it('requires a strict target to be met in every round', () => {
    expect(verdictOn({ ...cost, isStrict: true }, cpus(1, 2, 2))?.isMet).toBe(true)
    expect(verdictOn({ ...cost, isStrict: true }, cpus(1, 1, 2.01))?.isMet).toBe(false)
  })

  it('handles minimums as well as maximums', () => {
    const rest = { workload: 'burst', claim: 'frames', metric: 'cpu' }
    expect(verdictOn({ ...rest, atLeast: 3 }, cpus(3, 3, 3))?.isMet).toBe(true)
    expect(verdictOn({ ...rest, atLeast: 3 }, cpus(2.9, 2.9, 9))?.isMet).toBe(false)
  })

  it('judges a ratio if the target is about one', () => {
    expect(verdictOn({ ...cost, against: 'floor' }, cpus(1.9))?.isMet).toBe(true)
    expect(verdictOn({ ...cost, against: 'floor' }, cpus(2.1))?.isMet).toBe(false)
  })

  it('fails a library that failed in any round', () => {
    const verdict = verdictOn(cost, [{ cpu: 1 }, { failure: 'lost a message' }])
    expect(verdict).toMatchObject({ isMet: false, reached: undefined })
  })

  it('fails a missing figure', () => {
    expect(verdictOn({ ...cost, metric: 'p50' }, cpus(1))?.isMet).toBe(false)
  })

  it('judges the contender that the target names', () => {
    const ofFloor = { ...cost, contender: 'floor' as const }
    expect(verdictOn(ofFloor, cpus(9))).toMatchObject({ isMet: true, reached: { median: 1 } })
    expect(verdictOn(ofFloor, [{ failure: 'lost a message' }])?.isMet).toBe(true)
  })

  it('ignores workloads that did not run', () => {
    expect(verdictOn({ ...cost, workload: 'quiet' }, cpus(1))).toBeUndefined()
  })
})

describe('targets', () => {
  const known = [...workloads, ...sharingWorkloads, memory]

  it.each(targets)('include a limit and a workload with this library: $workload: $claim', target => {
    expect(target.atMost ?? target.atLeast).toBeDefined()
    expect(known.find(({ name }) => name === target.workload)?.contenders).toContain(
      target.contender ?? 'realtime',
    )
  })

  it.each(known)('include one for $name', ({ name }) => {
    expect(targets.some(({ workload }) => workload === name)).toBe(true)
  })
})
