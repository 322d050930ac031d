/**
 * The cost of an update of 5,000 rows in 100 pages, compared with the same rows in one list. `npm run bench:lists`
 * prints medians in µs per update and their ratio; nothing in CI is timed.
 */
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { LiveQueries } from '../src/cache/liveQueries.ts'
import { MessageRules } from '../src/cache/messageRules.ts'
import { QueryWriter } from '../src/cache/queryWriter.ts'
import { append, patch, upsert } from '../src/cache/updaters.ts'
import { systemClock } from '../src/core/platform.ts'

const ROWS = 5_000
const PAGES = 100
const ROUNDS = 9
const FLUSHES = 200

interface Row {
  id: number
  text: string
}

const row = (id: number): Row => ({ id, text: `row ${id}` })
const flat = () => Array.from({ length: ROWS }, (_, id) => row(id))
const paged = () => ({
  pages: Array.from({ length: PAGES }, (_, page) =>
    flat().slice((page * ROWS) / PAGES, ((page + 1) * ROWS) / PAGES),
  ),
  pageParams: Array.from({ length: PAGES }, (_, page) => page),
})

const updates: Record<string, (id: number) => unknown> = {
  append: id => append(row(id)),
  'append, max': id => append(row(id), { max: ROWS }),
  'append, by, max': id => append(row(id), { by: 'id', max: ROWS }),
  'upsert of a known row': id => upsert(row(id % ROWS), { by: 'id' }),
  'patch of a known row': id => patch({ id: id % ROWS, text: 'new' }, { by: 'id' }),
}

/** The time of one update (µs), with so many in each flush. */
function measure(data: unknown, update: (id: number) => unknown, perFlush: number): number {
  const client = new QueryClient()
  const writer = new QueryWriter({
    queryClient: client,
    clock: systemClock,
    scheduleFrame: () => undefined,
    batch: call => call(),
    onError(error) {
      throw error
    },
  })
  const liveQueries = new LiveQueries({
    writer,
    clock: systemClock,
    rules: new MessageRules(),
    since: () => undefined,
    closeDelay: () => 0,
    report(event) {
      throw new Error(event.kind)
    },
  })
  client.setQueryData(['rows'], data)
  const stop = new QueryObserver(client, { queryKey: ['rows'], enabled: false }).subscribe(() => undefined)
  let id = ROWS
  const from = performance.now()
  for (let flush = 0; flush < FLUSHES; flush++) {
    for (let count = 0; count < perFlush; count++) liveQueries.setQueryData(['rows'], update(id++))
    writer.flush()
  }
  const time = ((performance.now() - from) * 1_000) / FLUSHES / perFlush
  stop()
  liveQueries.end()
  client.clear()
  return time
}

const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN

console.log('update | in one flush | list (µs) | pages (µs) | ratio')
for (const [name, update] of Object.entries(updates)) {
  for (const perFlush of [1, 200]) {
    const times = { flat: [] as number[], paged: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      times.flat.push(measure(flat(), update, perFlush))
      times.paged.push(measure(paged(), update, perFlush))
    }
    const [list, pages] = [median(times.flat), median(times.paged)]
    const figures = [list, pages, pages / list].map(value => value.toFixed(2))
    console.log([name, perFlush, ...figures].join(' | '))
  }
}
