/** Measurements of the last two seconds. */
export interface Reading {
  /** Frames a second that the browser drew. */
  readonly frames: number
  /** Messages a second that arrived. */
  readonly messages: number
  /** Median age of a price in its first frame (ms); `null` if nothing new was shown. */
  readonly p50: number | null
  /** 95th percentile of the age (ms). */
  readonly p95: number | null
}

/** What a side reports to the parent page, twice a second. */
export interface Report {
  /** `null` while the side is out of sight, because browsers then draw no frames. */
  readonly reading: Reading | null
  /** The price that each symbol's row shows. */
  readonly shown: Readonly<Record<string, number>>
}

/** What the parent page sends to a side. */
export interface Order {
  readonly theme: string
}
