import { useSyncExternalStore } from 'react'
import type { GapCause } from 'react-query-realtime'
import type { Transport } from './snapshot'

/** What has come to a transport since the page was opened. */
export interface Notes {
  /** The id of the row in the first message. */
  first: number | undefined
  /** Rows that a message came for. */
  received: number
  gaps: readonly GapCause[]
}

const none: Notes = { first: undefined, received: 0, gaps: [] }
const notes = new Map<Transport, Notes>()
const listeners = new Set<() => void>()

function change(transport: Transport, next: (before: Notes) => Notes) {
  notes.set(transport, next(notes.get(transport) ?? none))
  for (const listener of listeners) listener()
}

export const noteRow = (transport: Transport, id: number) =>
  change(transport, ({ first = id, received, gaps }) => ({ first, received: received + 1, gaps }))

export const noteGap = (transport: Transport, cause: GapCause) =>
  change(transport, before => ({ ...before, gaps: [...before.gaps, cause] }))

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useNotes = (transport: Transport): Notes =>
  useSyncExternalStore(subscribe, () => notes.get(transport) ?? none)
