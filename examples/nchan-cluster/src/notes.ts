import { useSyncExternalStore } from 'react'
import type { GapCause, RealtimeEvent } from 'react-query-realtime'
import type { Transport } from './snapshot'

/** What has come to a transport since the page was opened. */
export interface Notes {
  /** The id of the row in the first message. */
  first: number | undefined
  /** Rows that a message came for. */
  received: number
  /** How often it connected. */
  openings: number
  gaps: readonly GapCause[]
}

const none: Notes = { first: undefined, received: 0, openings: 0, gaps: [] }
const notes = new Map<Transport, Notes>()
const listeners = new Set<() => void>()

function change(transport: Transport, next: (before: Notes) => Partial<Notes>) {
  const before = notes.get(transport) ?? none
  notes.set(transport, { ...before, ...next(before) })
  for (const listener of listeners) listener()
}

export const noteRow = (transport: Transport, id: number) =>
  change(transport, ({ first = id, received }) => ({ first, received: received + 1 }))

export const noteGap = (transport: Transport, cause: GapCause) =>
  change(transport, ({ gaps }) => ({ gaps: [...gaps, cause] }))

const columnOf: Record<string, Transport> = {
  longPoll: 'long poll',
  serverEvents: 'events',
  socket: 'socket',
}

/** Counts how often each transport connects. */
export function noteEvent(event: RealtimeEvent) {
  const transport = columnOf[event.connection.transport]
  if (transport && event.kind === 'status' && event.status === 'open')
    change(transport, ({ openings }) => ({ openings: openings + 1 }))
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useNotes = (transport: Transport): Notes =>
  useSyncExternalStore(subscribe, () => notes.get(transport) ?? none)
