export interface Trade {
  id: number
  symbol: string
  amount: number
}

/** The latest trades, newest first, and the number of the newest: the position of this list in the log. */
export interface Trades {
  seq: number
  latest: Trade[]
}

/** How many trades the list holds. */
export const LATEST = 12

/** Stands for a log: a trade every half second, each with the next number. Runs on the server only. */
const INTERVAL = 500
const numberNow = () => Math.floor(Date.now() / INTERVAL) - 3_500_000_000

function readTrade(id: number): Trade {
  const symbols = ['BTC', 'ETH', 'SOL']
  return { id, symbol: symbols[id % symbols.length]!, amount: 1 + ((id * 7) % 9) }
}

/** The position is read before the rows, so that no row is missing that it covers. */
export function readTrades(): Trades {
  const seq = numberNow()
  return { seq, latest: Array.from({ length: LATEST }, (_, index) => readTrade(seq - index)) }
}

/** Calls `send` for each trade after a position, first the missed ones. Returns a function that stops. */
export function followTrades(after: number, send: (trade: Trade) => void): () => void {
  let last = after
  const advance = () => {
    for (const now = numberNow(); last < now;) send(readTrade(++last))
  }
  advance()
  const timer = setInterval(advance, INTERVAL / 5)
  return () => clearInterval(timer)
}

export const currentPosition = numberNow
