import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fullJitter, type Herd, machine, type Policy, policies, runHerd } from './herd.ts'

/**
 * `npm run simulate` prints how 100,000 clients reconnect after an outage; with `-- -u` it writes the tables
 * to docs/reconnecting.md. It is seeded, so that it prints the same each time.
 */
const CLIENTS = 100_000
const PAGE = fileURLToPath(new URL('../docs/reconnecting.md', import.meta.url))
const OUTAGES = [1_000, 10_000, 60_000, 600_000]
const RETRY_AFTER = 10_000
const HANDSHAKES = 10_000

type Row = readonly (string | number)[]

/** The tables of the page by name. Rates are per 100,000 clients, whatever the number of `clients`. */
export function simulate(clients: number): Record<'outages' | 'floor' | 'capacity', readonly Row[]> {
  const scale = CLIENTS / clients
  const seconds = ({ backAfter }: Herd) => (backAfter === Infinity ? 'never' : round(backAfter / 1_000))
  const rate = (value: number) => round(value * scale)
  const run = (policy: Policy, options: Omit<Parameters<typeof runHerd>[1], 'clients'>) =>
    runHerd(policy, { clients, ...options })

  const outages = OUTAGES.flatMap(outage =>
    Object.entries(policies).map(([title, policy]) => {
      const herd = run(policy, { outage })
      const { meanAttempts, peakAttempts, peakRefetches } = herd
      const attempts = [rate(meanAttempts), rate(peakAttempts)]
      return [title, outage / 1_000, ...attempts, seconds(herd), rate(peakRefetches)]
    }),
  )
  const floors = { 'react-query-realtime': machine(), 'the floor without jitter': fullJitter }
  const floor = Object.entries(floors).map(([title, policy]) => {
    const herd = run(policy, { outage: RETRY_AFTER / 2, retryAfter: RETRY_AFTER })
    return [title, rate(herd.peakAttempts), rate(herd.peakRefetches)]
  })
  const capacity = [1_000, CLIENTS / (HANDSHAKES / 1_000)].map(minDelay => {
    const herd = run(machine({ minDelay }), { outage: 0, handshakes: HANDSHAKES / scale })
    return [minDelay, rate(herd.peakAttempts), rate(herd.refused), seconds(herd)]
  })
  return { outages, floor, capacity }
}

const HEADS = {
  outages: [
    'policy',
    'outage (s)',
    'attempts a second, mean',
    'attempts a second, peak',
    '99 % are back after (s)',
    'refetches a second, peak',
  ],
  floor: ['policy', 'attempts a second, peak', 'refetches a second, peak'],
  capacity: ['`minDelay` (ms)', 'attempts a second, peak', 'refused attempts', '99 % are back after (s)'],
}

/** A page with its tables replaced. */
export function withTables(page: string, tables: ReturnType<typeof simulate>): string {
  let next = page
  for (const name of ['outages', 'floor', 'capacity'] as const) {
    const [start, end] = [`<!-- simulated: ${name} -->`, `<!-- end: ${name} -->`]
    const [from, to] = [next.indexOf(start), next.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`The page needs the lines ${start} and ${end}`)
    const table = renderTable([HEADS[name], ...tables[name]])
    next = `${next.slice(0, from + start.length)}\n\n${table}\n\n${next.slice(to)}`
  }
  return next
}

/** Markdown in Prettier's format. */
function renderTable(rows: readonly Row[]): string {
  const texts = rows.map(row =>
    row.map(cell => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  )
  const [head = [], ...body] = texts
  const widths = head.map((_cell, column) => Math.max(...texts.map(cells => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** Rounds to three digits. */
function round(value: number): number {
  return Number(value.toPrecision(3))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Each failure creates an error, and millions of stack traces take long.
  Error.stackTraceLimit = 0
  const page = await readFile(PAGE, 'utf8')
  const next = withTables(page, simulate(CLIENTS))
  if (process.argv.includes('-u')) await writeFile(PAGE, next)
  else process.stdout.write(next.slice(next.indexOf('<!-- simulated: outages')))
}
