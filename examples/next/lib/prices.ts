export interface Price {
  symbol: string
  last: number
}

/** Stands for a database: the current price of each symbol. Runs on the server only. */
export function readPrices(): Price[] {
  const seconds = Math.floor(Date.now() / 1_000)
  const wave = (amplitude: number, period: number) => 1 + amplitude * Math.sin(seconds / period)
  return [
    { symbol: 'BTC', last: 64_000 * wave(0.01, 7) },
    { symbol: 'ETH', last: 3_200 * wave(0.02, 5) },
    { symbol: 'SOL', last: 150 * wave(0.03, 3) },
  ]
}
