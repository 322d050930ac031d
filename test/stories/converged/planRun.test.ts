import { expect, it } from 'vitest'
import { planRun, type Step } from '../../../stories/converged/planRun.ts'

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed)

it('the same seed plans the same run, and another seed another', () => {
  expect(planRun({ seed: 7, seconds: 20 })).toEqual(planRun({ seed: 7, seconds: 20 }))
  expect(planRun({ seed: 8, seconds: 20 })).not.toEqual(planRun({ seed: 7, seconds: 20 }))
})

it('steps come in order and within the time', () => {
  for (const seed of SEEDS) {
    const times = planRun({ seed, seconds: 20 }).steps.map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.at(-1)).toBeLessThanOrEqual(20_000)
  }
})

it('only existing orders change, and their number stays within limits', () => {
  for (const seed of SEEDS) {
    const { orders, steps } = planRun({ seed, seconds: 30 })
    const there = new Set(orders.map(({ id }) => id))
    for (const step of steps) {
      if (step.do === 'create') there.add(step.id)
      else if ('id' in step) expect(there).toContain(step.id)
      if (step.do === 'remove') there.delete(step.id)
      expect(there.size).toBeGreaterThanOrEqual(5)
      expect(there.size).toBeLessThanOrEqual(9)
    }
  }
})

it('every change sets a new quantity', () => {
  for (const seed of SEEDS) {
    const { orders, steps } = planRun({ seed, seconds: 20 })
    const quantities = new Map(orders.map(({ id, quantity }) => [id, quantity]))
    for (const step of steps) {
      if (step.do === 'change') expect(step.quantity).not.toBe(quantities.get(step.id))
      if ('quantity' in step) quantities.set(step.id, step.quantity)
    }
  }
})

it('every run ends with changes during a drop, then changes that overtake a response', () => {
  const isEdit = (step: Step) => 'id' in step
  for (const seed of SEEDS) {
    const { steps } = planRun({ seed, seconds: 5 })
    const drop = steps.map(one => one.do).lastIndexOf('drop')
    const refetch = steps.map(one => one.do).lastIndexOf('refetch')
    const missed = steps.slice(drop + 1, refetch - 1)
    expect(steps[refetch - 1]?.do).toBe('rejoin')
    expect(missed.every(step => isEdit(step) && step.at === steps[drop]?.at)).toBe(true)
    expect(missed.length).toBeGreaterThan(0)

    const { at, respondAfter } = steps[refetch] as Extract<Step, { do: 'refetch' }>
    const overtaking = steps.slice(refetch + 1)
    expect(overtaking.every(step => isEdit(step) && step.at < at + respondAfter)).toBe(true)
    expect(overtaking.length).toBeGreaterThan(0)
  }
})
