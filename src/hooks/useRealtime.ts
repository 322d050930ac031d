'use client'
import { useContext, useInsertionEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { TransportName } from '../core/events.ts'
import type { Status } from '../core/machine.ts'
import type { ClientCore } from '../providers/clientCore.ts'
import { clientOf, type RealtimeClient } from '../providers/RealtimeClient.ts'
import { RealtimeContext, refuseMissingProvider } from '../providers/RealtimeContext.ts'

/** One connection, as a panel shows it. Times in ms; `url` has no query string. */
export interface ConnectionInfo {
  readonly id: string
  readonly transport: TransportName
  readonly url: string
  readonly status: Status
  readonly users: number
  readonly retryCount: number
  readonly nextRetryAt: number | null
  readonly latency: number | null
  readonly lastMessageAt: number | null
  readonly received: number
  readonly unknown: number
  readonly bad: number
}

/** The result of `useRealtime`. Its functions keep their identity while the component is mounted. */
export interface Realtime {
  /** The client of the nearest provider. If you need only the client, use `useRealtimeClient`, which never re-renders. */
  readonly client: RealtimeClient
  /** The same array until something in it changes; counters are refreshed once a second. */
  readonly connections: readonly ConnectionInfo[]
  /** Reconnects all connections, including closed and failed ones. */
  reconnectAll(): void
  /** Closes all connections until they are reconnected. */
  closeAll(): void
}

/** How often the counters are refreshed (ms). */
const COUNTER_INTERVAL = 1_000
const NONE: readonly ConnectionInfo[] = []

/**
 * All connections of the nearest provider, for a panel or a status indicator.
 *
 * ```tsx
 * const { connections, reconnectAll } = useRealtime()
 * const isDown = connections.some(({ status }) => status !== 'open')
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above.
 */
export function useRealtime(): Realtime {
  const core = useContext(RealtimeContext) ?? refuseMissingProvider()
  const store = useMemo(() => createStore(core), [core])
  const connections = useSyncExternalStore(store.subscribe, store.getSnapshot, () => NONE)
  const [{ commit, actions }] = useState(createActions)
  useInsertionEffect(() => commit(core))
  const client = clientOf(core)
  return useMemo(() => ({ client, connections, ...actions }), [client, connections, actions])
}

/** Functions that act on the provider of the latest commit. */
function createActions() {
  let core: ClientCore | undefined
  const all = () => (core?.connections.entries() ?? []).map(({ value }) => value)
  const actions: Pick<Realtime, 'reconnectAll' | 'closeAll'> = {
    reconnectAll: () => all().forEach(shared => shared.reconnect()),
    closeAll: () => all().forEach(({ connection }) => connection.close()),
  }
  return { commit: (latest: ClientCore) => void (core = latest), actions }
}

function createStore(core: ClientCore) {
  let snapshot = NONE
  return {
    subscribe(notify: () => void) {
      const unsubscribe = core.changes.subscribe(notify)
      const timer = setInterval(notify, COUNTER_INTERVAL)
      return () => {
        unsubscribe()
        clearInterval(timer)
      }
    },
    getSnapshot() {
      const next = readConnections(core)
      if (!isSame(snapshot, next)) snapshot = next
      return snapshot
    },
  }
}

function readConnections(core: ClientCore): readonly ConnectionInfo[] {
  return core.connections.entries().map(({ value, users }) => {
    const { connection, id, transport, url, counters } = value
    const { status, retryCount, nextRetryAt, latency } = connection.snapshot
    const { received, lastMessageAt } = connection.reader.counters
    const common = { id, transport, url, status, users, retryCount, nextRetryAt, latency }
    return { ...common, lastMessageAt, received, ...counters }
  })
}

function isSame(before: readonly ConnectionInfo[], next: readonly ConnectionInfo[]): boolean {
  if (before.length !== next.length) return false
  return before.every((info, index) => {
    const other = next[index]
    return other && (Object.keys(info) as (keyof ConnectionInfo)[]).every(key => info[key] === other[key])
  })
}
