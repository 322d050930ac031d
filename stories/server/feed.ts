import { checkNumber, checkRecord, checkText } from './check.ts'
import { BadRequest } from './badRequest.ts'
import type { Envelope } from './envelope.ts'
import { MAX_TICKERS, startPrice, tickers } from './tickers.ts'

export type Feed = ReturnType<typeof createFeed>

export interface Quote {
  last: number
  /** Difference from the previous price. */
  change: number
  /** Creation time of the price (ms since 1970). */
  at: number
}

export interface FeedSettings {
  /** Messages a second, over all symbols. 0 stops the feed. */
  rate: number
  symbols: string[]
  /** Maximum number of envelopes in one socket frame or SSE event. */
  batch: number
}

/** Minimum time between two ticks (ms). Faster rates send several messages per tick. */
const MIN_TICK = 20
const MAX_TICK = 1_000
const MAX_RATE = 20_000

interface FeedHost {
  publish: (envelopes: Envelope[]) => void
  /** Whether there are clients. Checked at each tick; the feed stops without clients. */
  isWanted: () => boolean
}

/** Publishes a random walk of prices while there are clients. Holds no timer otherwise. */
export function createFeed(host: FeedHost) {
  let settings: FeedSettings = { rate: 2, symbols: tickers(4), batch: 1 }
  const prices = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let lastTick = 0
  let owed = 0

  function tick(): void {
    if (!host.isWanted()) {
      stop()
      return
    }
    const now = Date.now()
    owed = Math.min(owed + ((now - lastTick) * settings.rate) / 1_000, settings.rate)
    lastTick = now
    const count = Math.floor(owed)
    owed -= count
    const { symbols } = settings
    const pick = () => symbols[Math.floor(Math.random() * symbols.length)] ?? ''
    if (count > 0) host.publish(Array.from({ length: count }, () => nextPrice(prices, pick())))
  }

  function start(): void {
    const { rate, symbols, batch } = settings
    if (timer || rate === 0 || symbols.length === 0) return
    lastTick = Date.now()
    timer = setInterval(tick, Math.min(MAX_TICK, Math.max(MIN_TICK, (1_000 * batch) / rate)))
    const unseen = symbols.filter(symbol => !prices.has(symbol))
    if (unseen.length > 0) host.publish(unseen.map(symbol => nextPrice(prices, symbol)))
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
    owed = 0
  }

  return {
    start,
    stop,
    get settings(): Readonly<FeedSettings> {
      return settings
    },
    configure(input: unknown): void {
      settings = { ...settings, ...readSettings(input) }
      stop()
      if (host.isWanted()) start()
    },
  }
}

function readSettings(input: unknown): Partial<FeedSettings> {
  const { rate, symbols, batch } = checkRecord(input, 'The body of POST /feed')
  const settings: Partial<FeedSettings> = {}
  if (rate !== undefined) settings.rate = checkNumber(rate, '"rate" (messages a second)', { max: MAX_RATE })
  if (symbols !== undefined) settings.symbols = readSymbols(symbols)
  if (batch !== undefined) settings.batch = Math.floor(checkNumber(batch, '"batch"', { min: 1, max: 10_000 }))
  return settings
}

function readSymbols(symbols: unknown): string[] {
  if (!Array.isArray(symbols)) {
    const range = { min: 1, max: MAX_TICKERS }
    return tickers(Math.floor(checkNumber(symbols, '"symbols" (a count, or a list of names)', range)))
  }
  if (symbols.length > MAX_TICKERS)
    throw new BadRequest(`"symbols" must name at most ${MAX_TICKERS} symbols.`)
  return symbols.map(symbol => checkText(symbol, 'Each member of "symbols"'))
}

/** The next price of a random walk. */
export function nextPrice(prices: Map<string, number>, symbol: string): Envelope {
  const previous = prices.get(symbol)
  const before = previous ?? startPrice(symbol)
  const unit = before >= 5 ? 0.01 : 0.0001
  const step = Math.max(unit, before * 0.001 * Math.random()) * (Math.random() < 0.5 ? -1 : 1)
  const last = previous === undefined ? before : round(Math.max(unit, before + step), unit)
  prices.set(symbol, last)
  const response: Quote = { last, change: round(last - before, unit), at: Date.now() }
  return { type: 'price', params: { symbol }, response }
}

function round(value: number, unit: number): number {
  return Number((Math.round(value / unit) * unit).toFixed(4))
}
