import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SubscriptionWorld } from './subscriptionModel.ts'

type Step = (world: SubscriptionWorld) => void | Promise<void>

const key = fc.nat({ max: 1 })
const named = (name: string, step: Step) => Object.assign(step, { toString: () => name })
const each = (name: string, step: (world: SubscriptionWorld, k: number) => void) =>
  key.map(k => named(`${name} ${k}`, world => step(world, k)))
const one = (name: string, step: Step) => fc.constant(named(name, step))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: each('publish', (world, k) => world.publish(k)) },
  {
    weight: 8,
    arbitrary: fc.integer({ min: 1, max: 4 }).map(n => named(`deliver ${n}`, world => world.deliver(n))),
  },
  { weight: 3, arbitrary: each('watch', (world, k) => world.watch(k)) },
  { weight: 2, arbitrary: each('unwatch', (world, k) => world.unwatch(k)) },
  { weight: 1, arbitrary: each('refetch', (world, k) => world.refetch(k)) },
  { weight: 1, arbitrary: each('invalidate', (world, k) => world.invalidate(k)) },
  { weight: 1, arbitrary: each('forget', (world, k) => world.forget(k, false)) },
  { weight: 1, arbitrary: each('new epoch', (world, k) => world.forget(k, true)) },
  { weight: 2, arbitrary: one('lose', world => world.lose()) },
  { weight: 2, arbitrary: one('repeat', world => world.repeat()) },
  { weight: 2, arbitrary: one('drop', world => world.drop()) },
  { weight: 3, arbitrary: one('link', world => world.link()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(100, 1_500, 6_000).map(ms => named(`wait ${ms}`, world => world.wait(ms))),
  },
)

const runs = Number(process.env['MODEL_RUNS'] ?? 500)

test(`once traffic settles, two subscriptions with positions of their own match the server, nothing lost or doubled (${runs} runs)`, async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 50 }), async steps => {
    const world = new SubscriptionWorld()
    try {
      await world.link()
      world.watch(0)
      world.watch(1)
      for (const run of steps) await run(world)
      await world.rest()
      expect([0, 1].map(k => world.cached(k))).toEqual([0, 1].map(k => world.expected(k)))
    } finally {
      world.dispose()
    }
  })
  const seed = Number(process.env['MODEL_SEED'] ?? Date.now()) | 0
  console.info(`seed ${seed}`)
  await fc.assert(property, { numRuns: runs, seed })
}, 3_600_000)
