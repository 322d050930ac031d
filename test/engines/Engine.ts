import type { ConnectionOptions } from 'react-query-realtime'

export interface Row {
  id: number
}

/** All rows. With numbered messages, also the number of the last message that they include. */
export interface Snapshot {
  rows: Row[]
  epoch?: string
  seq?: number
}

/** What a client of a transport is given, besides the options of the engine. */
export interface Followed {
  /** The key of its list. A poll fetches it; all others get messages for it. */
  queryKey: readonly unknown[]
  /** Handlers, live queries and listeners, to spread into the options of a hook. */
  options: Pick<ConnectionOptions, 'on' | 'onMessage' | 'liveQueries' | 'onGap'>
}

/** Uses the hook of a transport. Returns its status. */
export type UseTransport = (followed: Followed) => string

/** A started engine with a publisher that adds rows and posts a message of type `row` for each. */
export interface RunningEngine {
  /** What clients connect to. */
  url: string
  /** Returns a `Snapshot`. */
  snapshotUrl: string
  /** The rows of the publisher, past everything that a fault may break. */
  readRows(): Promise<readonly Row[]>
  /** Adds no more rows. Resolves when all messages have been posted. */
  pause(): Promise<void>
  stop(): Promise<void>
}

export interface FaultTest<Engine extends RunningEngine> {
  /** For the first column of the table. */
  fault: string
  start(): Promise<Engine>
  /** Resolves when everything runs again. */
  strike(engine: Engine): Promise<unknown>
  /** How many clients of each transport. Default 1. */
  clients?: number
  /** In place of those of the engine. */
  transports?: Readonly<Record<string, UseTransport>>
  /** Transports that must resume: without a gap, and without a refetch. */
  resumes?: readonly string[]
  /** Transports that must lose messages, or the fault has not struck. */
  loses?: readonly string[]
  /** The cause of the gap that each of these reports. */
  cause?: string
}

/** What stood between a client and the rows of the publisher, for one fault and one transport. */
export interface Outcome {
  /** Rows that no message came for since the fault. */
  lost: number
  /** Messages that came twice. */
  doubled: number
  /** Causes of gaps, in order. */
  gaps: readonly string[]
  /** Fetches of the list since the fault. */
  refetches: number
  /** Whether the list equals the publisher's in the end. */
  converged: boolean
  /** Ids of rows that the list lacks in the end. */
  missing: readonly number[]
  /** The id of the last row that a message came for before the fault. */
  since: number
  status: string
  /** The longest time between two messages (ms). */
  stall: number
}

/** One line of the table. */
export interface FaultLine {
  engine: string
  fault: string
  outcomes: Readonly<Record<string, Outcome>>
}
