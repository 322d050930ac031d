import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Row } from './modelServer.ts'
import type { Manner } from './silentLossLog.ts'
import { KEYS, type NewLength, SilentLossWorld } from './silentLossModel.ts'

type Step = (world: SilentLossWorld) => void | Promise<void>

const index = fc.nat({ max: 3 })
const id = fc.constantFrom('a', 'b', 'c')
const named = (name: string, step: Step) => Object.assign(step, { toString: () => name })
const one = (name: string, step: Step) => fc.constant(named(name, step))

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(id, fc.nat({ max: 99 }))
      .map(([row, n]) => named(`row ${row} = ${n}`, world => world.changeRow(row, n))),
  },
  { weight: 2, arbitrary: id.map(row => named(`remove ${row}`, world => world.removeRow(row))) },
  { weight: 4, arbitrary: fc.nat({ max: 99 }).map(n => named(`price ${n}`, world => world.changePrice(n))) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 4 }).map(n => named(`deliver ${n}`, world => world.deliver(n))),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(1_000, 4_000, 8_000, 12_000)
      .map(ms => named(`wait ${ms}`, world => world.wait(ms))),
  },
  { weight: 1, arbitrary: one('sleep', world => world.sleep(30_000)) },
  { weight: 3, arbitrary: one('drop', world => world.drop()) },
  { weight: 1, arbitrary: one('sever', world => world.sever()) },
  { weight: 1, arbitrary: one('get stuck', world => world.getStuck()) },
  { weight: 1, arbitrary: one('restart', world => world.restart()) },
  { weight: 6, arbitrary: one('link', world => world.link()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(4_000, 8_000, 12_000).map(ms =>
      named(`flap ${ms}`, async world => {
        world.drop()
        await world.wait(ms)
        await world.link()
        world.drop()
        await world.wait(ms)
      }),
    ),
  },
  { weight: 1, arbitrary: index.map(k => named(`refetch ${k}`, world => world.refetch(k % KEYS.length))) },
  { weight: 2, arbitrary: index.map(k => named(`look up ${k}`, world => world.lookUp(k))) },
  { weight: 3, arbitrary: index.map(k => named(`answer ${k}`, world => world.answer(k))) },
  { weight: 3, arbitrary: one('frame', world => world.frame()) },
)

const runs = Number(process.env['MODEL_RUNS'] ?? 500)

const sorted = (data: unknown) =>
  Array.isArray(data) ? [...(data as Row[])].sort((a, b) => a.id.localeCompare(b.id)) : data

async function check(manner: Manner, steps: readonly Step[], compare: (world: SilentLossWorld) => void) {
  const world = new SilentLossWorld(manner)
  try {
    await world.open()
    world.changePrice(1)
    await world.deliver()
    for (const run of steps) await run(world)
    await world.rest()
    expect(KEYS.map(key => sorted(world.cached(key)))).toEqual(KEYS.map(key => sorted(world.expected(key))))
    compare(world)
  } finally {
    world.dispose()
  }
}

async function checkAll(
  manner: Manner,
  arbitrary: fc.Arbitrary<Step>,
  compare: (world: SilentLossWorld) => void = () => {},
) {
  const property = fc.asyncProperty(fc.array(arbitrary, { maxLength: 50 }), steps =>
    check(manner, steps, compare),
  )
  const seed = Number(process.env['MODEL_SEED'] ?? Date.now()) | 0
  console.info(`seed ${seed}`)
  await fc.assert(property, { numRuns: runs, seed })
}

test.each<[string, Manner]>([
  ['resumes without a word', 'silent'],
  ['says in a header whether it resumed', 'header'],
])(
  `once traffic settles, the cache matches a server that numbers nothing, forgets, and %s, even if its channel stays dead (${runs} runs)`,
  (_what, manner) => checkAll(manner, step),
  3_600_000,
)

const replaceLog = (...lengths: NewLength[]) =>
  fc
    .tuple(id, fc.nat({ max: 99 }), fc.constantFrom(...lengths), fc.boolean())
    .map(([row, n, length, isNewEpoch]) =>
      named(`replace log by a ${length} one: row ${row} = ${n}${isNewEpoch ? ', new epoch' : ''}`, world =>
        world.replaceLog({ id: row, n }, length, isNewEpoch),
      ),
    )

test.each<[string, Manner, NewLength[]]>([
  ['sorts its ids, and may replace its log by a shorter one', 'sortable', ['shorter']],
  ['numbers messages, and may replace its log by any', 'numbered', ['shorter', 'same', 'longer']],
])(
  `once traffic settles, the cache matches a server that %s, even if its channel stays dead, and no gap is needless (${runs} runs)`,
  (_what, manner, lengths) =>
    checkAll(
      manner,
      fc.oneof({ weight: 40, arbitrary: step }, { weight: 2, arbitrary: replaceLog(...lengths) }),
      world => expect(world.needlessGaps).toEqual([]),
    ),
  3_600_000,
)
