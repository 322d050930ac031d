import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settle } from '../support/connectionHarness.ts'
import type { Change, Journal, Row } from './modelServer.ts'
import { type Tab, TAB_KEYS } from './tab.ts'
import { TabsWorld } from './tabsWorld.ts'

type Step = (world: TabsWorld) => void | Promise<void>

const named = (name: string, step: Step) => Object.assign(step, { toString: () => name })
const one = (weight: number, name: string, step: Step) => ({
  weight,
  arbitrary: fc.constant(named(name, step)),
})
const index = fc.constantFrom(0 as const, 1 as const)
const each = (weight: number, name: string, step: (tab: Tab) => void) => ({
  weight,
  arbitrary: index.map(i => named(`${name} ${i}`, world => step(world.tabs[i]))),
})
const several = (weight: number, name: string, step: (tab: Tab, count: number) => void) => ({
  weight,
  arbitrary: fc
    .tuple(index, fc.integer({ min: 1, max: 4 }))
    .map(([i, n]) => named(`${name} ${i} ${n}`, world => step(world.tabs[i], n))),
})

const change: fc.Arbitrary<(world: TabsWorld) => Change> = fc
  .tuple(fc.nat({ max: 5 }), fc.nat({ max: 1 }), fc.nat({ max: 99 }))
  .map(([kind, k, n]) => ({ server }) => {
    const id = k === 0 ? 'a' : 'b'
    if (kind === 0) return { type: 'entity', params: { k }, response: { version: server.age + 1, n } }
    if (kind === 1) return { type: 'row.removed', params: null, response: id }
    if (kind === 2) return { type: 'note', params: null, response: { id: String(server.age), n } }
    if (kind === 3) return { type: 'row.changed', params: null, response: { id, n } }
    return { type: 'line', params: null, response: n }
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: change.map(get => named('change', world => world.server.publish(get(world)))) },
  {
    weight: 3,
    arbitrary: change.map(get => named('large change', world => world.server.publish(get(world), true))),
  },
  one(3, 'more than the worker keeps', world => {
    for (let n = 0; n < 4; n++) world.server.publish({ type: 'line', params: null, response: n }, true)
    world.server.deliver(Infinity)
  }),
  one(8, 'deliver', world => world.server.deliver(2)),
  one(8, 'exchange', world => world.exchange()),
  one(5, 'accept', world => world.server.accept()),
  several(5, 'read', (tab, count) => tab.read(count)),
  several(4, 'send', (tab, count) => tab.send(count)),
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(10, 100, 1_200, 6_000, 61_000)
      .map(ms => named(`wait ${ms}`, world => world.wait(ms))),
  },
  each(4, 'answer', tab => void tab.answer()),
  each(2, 'look up', tab => tab.lookUp()),
  each(3, 'frame', tab => tab.drawFrame()),
  each(2, 'freeze', tab => tab.setFrozen(true)),
  each(3, 'thaw', tab => tab.setFrozen(false)),
  each(1, 'busy', tab => tab.setBusy(true)),
  each(2, 'idle', tab => tab.setBusy(false)),
  each(2, 'hide', tab => tab.setHidden(true)),
  each(2, 'show', tab => tab.setHidden(false)),
  { weight: 2, arbitrary: index.map(i => named(`reopen ${i}`, world => world.reopen(i))) },
  one(2, 'kill the worker', world => world.worker.kill()),
  one(1, 'restart the worker', world => world.worker.restart()),
  one(1, 'hang', world => world.hang()),
  one(2, 'drop', world => world.server.drop()),
  one(1, 'forget', world => {
    world.server.forget()
    world.server.drop()
  }),
  one(1, 'lose', world => world.lose()),
)

const runs = Number(process.env['MODEL_RUNS'] ?? 300)

test(`once traffic settles, the caches of two tabs match the server, whatever happens to them and their worker (${runs} runs)`, async () => {
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.array(step, { maxLength: 60 }),
    async (hasRecovery, steps) => {
      const world = new TabsWorld(hasRecovery)
      try {
        await settle()
        for (const run of steps) {
          await run(world)
          await settle()
        }
        await world.rest()
        const expected = world.expected().map(comparable)
        for (const tab of world.tabs)
          expect(TAB_KEYS.map(key => comparable(tab.cached(key)))).toEqual(expected)
        // A connection is shared as long as the worker responds.
        if (!world.hasHung) for (const tab of world.tabs) expect(tab.isDirect).toBe(false)
      } finally {
        world.dispose()
      }
    },
  )
  const seed = Number(process.env['MODEL_SEED'] ?? Date.now()) | 0
  console.info(`seed ${seed}`)
  await fc.assert(property, { numRuns: runs, seed })
}, 3_600_000)

/** Rows may have moved, so they are compared by their ids. */
function comparable(data: unknown): unknown {
  if (Array.isArray(data)) return [...(data as Row[])].sort((a, b) => a.id.localeCompare(b.id))
  return data !== null && typeof data === 'object' && 'lines' in data ? (data as Journal).lines : data
}
