/** How a side did in the last two seconds. */
export interface Reading {
  /** Frames a second that the browser drew. */
  readonly frames: number
  /** Messages a second that arrived. */
  readonly messages: number
  /** Median age of a price in the frame that first showed it (ms); `null` where nothing new was shown. */
  readonly p50: number | null
  /** The age that 95 of 100 did not exceed. */
  readonly p95: number | null
}

/** What a side tells the page around it, twice a second. */
export interface Report {
  /** `null` while the side is out of sight, for then browsers draw no frames. */
  readonly reading: Reading | null
  /** The price that each symbol's row shows. */
  readonly shown: Readonly<Record<string, number>>
}

/** What the page around a side tells it. */
export interface Order {
  readonly theme: string
}
