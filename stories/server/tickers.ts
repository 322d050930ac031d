const KNOWN: ReadonlyArray<[symbol: string, price: number]> = [
  ['BTC', 64_000],
  ['ETH', 3_100],
  ['SOL', 150],
  ['ADA', 0.45],
]
const HEADS = ['AQ', 'BL', 'CV', 'DR', 'EX', 'FL', 'GN', 'HY', 'JX', 'KR', 'LV', 'MZ', 'NV', 'OX']
const TAILS = ['AL', 'BX', 'CO', 'DA', 'EN', 'IO', 'LT', 'MA', 'NE', 'ON', 'RA', 'TS', 'UM', 'VY']

/** Maximum number of symbols in a feed. */
export const MAX_TICKERS = KNOWN.length + HEADS.length * TAILS.length

/** The first `count` symbols: four well-known ones, then invented ones, always the same. */
export function tickers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => KNOWN[i]?.[0] ?? madeUp(i - KNOWN.length))
}

/** Where the random walk of `symbol` starts. */
export function startPrice(symbol: string): number {
  const known = KNOWN.find(([name]) => name === symbol)
  if (known) return known[1]
  let hash = 7
  for (const letter of symbol) hash = (hash * 31 + letter.charCodeAt(0)) % 99_991
  return 5 + (hash % 90_000) / 100
}

function madeUp(i: number): string {
  return `${HEADS[i % HEADS.length]}${TAILS[Math.floor(i / HEADS.length) % TAILS.length]}`
}
