import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { SuspenseWorld } from '../support/suspenseWorld.tsx'

type Step = (world: SuspenseWorld) => void | Promise<void>

const named = (name: string, step: Step) => Object.assign(step, { toString: () => name })
const symbol = fc.constantFrom('BTC', 'ETH', 'SOL')

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat({ max: 2 }), fc.option(symbol), fc.boolean())
      .map(([slot, next, isTransition]) =>
        named(`slot ${slot} shows ${next}${isTransition ? ' in a transition' : ''}`, world =>
          world.show(slot, next, isTransition),
        ),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('sub', 'req'), symbol)
      .map(([type, next]) => named(`push ${type} ${next}`, world => world.push(`${type} ${next}`))),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(100, 300, 700, 1_500, 4_000)
      .map(ms => named(`pass ${ms}`, world => world.pass(ms))),
  },
)
const delays = fc.array(fc.constantFrom(10, 250, 900, 2_500, 6_000, Infinity), { minLength: 1, maxLength: 6 })

const runs = Number(process.env['MODEL_RUNS'] ?? 60)

test(`suspended, abandoned and replaced renders request nothing twice and leave nothing behind (${runs} runs)`, async () => {
  const property = fc.asyncProperty(
    delays,
    fc.array(step, { maxLength: 14 }),
    fc.boolean(),
    async (replies, steps, isLeft) => {
      vi.useFakeTimers()
      const world = new SuspenseWorld(replies)
      try {
        for (const run of steps) await run(world)
        // Half of the pages are left while they wait.
        if (!isLeft) {
          await world.pass(7_000)
          world.server.catchUp()
          await world.pass(2_000)
          expect(world.shown).toEqual(world.expected)
        }
        for (const slot of [0, 1, 2]) world.show(slot, null, false)
        await world.pass(9_000)
        expect(world.server.mistakes).toEqual([])
        expect(world.server.sockets.size).toBe(0)
        expect(world.queryClient.isFetching()).toBe(0)
        world.dispose()
        await world.pass(1_000)
        expect(vi.getTimerCount()).toBe(0)
      } finally {
        world.dispose()
        vi.useRealTimers()
      }
    },
  )
  const seed = Number(process.env['MODEL_SEED'] ?? Date.now()) | 0
  console.info(`seed ${seed}`)
  await fc.assert(property, { numRuns: runs, seed })
}, 600_000)
