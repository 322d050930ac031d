/** What server, page and runner send to each other. */

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
  /** The position in the stream, if it can be resumed. */
  seq?: number
}

/** What the server should send. */
export interface Plan {
  kind: 'prices' | 'rows'
  messages: number
  /** The number of the first message. Earlier plans of the same run sent those before it. */
  first: number
  /** Symbols that prices are spread over. */
  keys: number
  /** Connections that the symbols are spread over. */
  connections: number
  /** Envelopes in a frame or event; 1 sends them without an array. */
  perFrame: number
  /** Messages per second; `null` sends them as fast as they go. */
  rate: number | null
  /** Whether messages carry their position, and a connection that names one gets what it missed. */
  isResumable: boolean
}

/** By the name of a cell, the number of the message that it must show in the end. */
export type Finals = Record<string, number>

/** What a page should mount: prices or rows of a stream, idle users of a connection, or a poll. */
export interface Task {
  kind: 'prices' | 'rows' | 'users' | 'poll'
  /** The URLs of the streams, one for each connection. */
  urls: readonly string[]
  transport: 'socket' | 'events'
  /** Components, each of which shows one symbol or uses the connection. */
  keys: number
  /** Rows kept in the list. */
  cap: number
  /** Whether the stream can be resumed. */
  isResumable: boolean
  /** From one poll to the next, in ms. */
  interval: number
}

/** What a page saw of a plan. */
export interface Observed {
  /** Why the values on screen differ from those that were sent. */
  failure: string | null
  seconds: number
  frames: number
  commits: number
  /** From sending to the frame that shows it, in ms. */
  latencies: { p50: number; p95: number }
}

/** A fault of a connection. */
export interface Fault {
  kind: 'close' | 'reset' | 'away'
  /** How long the server is unreachable, in seconds. */
  seconds: number
}

export const symbolOf = (index: number): string => `S${index}`

/** The cell of the list that shows its newest row. */
export const newestRow = 'newest'
