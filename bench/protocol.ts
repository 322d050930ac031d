/** What server, page and runner tell each other. */

/** The last price of a symbol. `n` counts the messages of a run, `at` is when it was sent, in ms since the epoch. */
export interface Price {
  n: number
  at: number
  last: number
  volume: number
}

/** A row of the list. */
export interface Row {
  n: number
  at: number
  text: string
}

export interface PriceMessage {
  type: 'price'
  params: { symbol: string }
  response: Price
}

export interface RowMessage {
  type: 'row'
  response: Row
}

/** What the server is to send. */
export interface Plan {
  kind: 'prices' | 'rows'
  messages: number
  /** The number of the first message; those before it were sent by former plans of the same run. */
  first: number
  /** Symbols that prices are spread over. */
  keys: number
  /** Envelopes in a frame or event; 1 sends them without an array. */
  perFrame: number
  /** Messages per second; `null` sends them as fast as they go. */
  rate: number | null
}

/** By the name of a cell, the number of the message that it must show in the end. */
export type Finals = Record<string, number>

/** What a page is to mount. */
export interface Task {
  kind: 'prices' | 'rows'
  /** Where the stream is; each run has its own. */
  url: string
  /** Components, each of which shows one symbol. */
  keys: number
  /** Rows kept in the list. */
  cap: number
}

/** What a page saw of a plan. */
export interface Observed {
  /** Why the values on screen are not those that were sent. */
  failure: string | null
  seconds: number
  frames: number
  commits: number
  /** The most commits from one frame to the next. */
  mostCommits: number
  /** From being sent to the frame that shows it, in ms. */
  latencies: { p50: number; p95: number }
}

export const symbolOf = (index: number): string => `S${index}`

/** The cell of the list that shows its newest row. */
export const newestRow = 'newest'
