'use client'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { ConfigurationError } from '../core/errors.ts'
import { type ConnectionSnapshot, IDLE_SNAPSHOT } from '../core/snapshot.ts'
import type { ConnectionOptions } from '../providers/connectionOptions.ts'
import { useRealtimeClient } from '../providers/RealtimeContext.ts'
import type { SharedConnection, TechniqueDefinition } from '../providers/sharedConnection.ts'
import { createTracker } from './tracker.ts'

/** What the hooks of all pushing techniques give. A component re-renders only when something changes that it has read. */
export interface ConnectionResult extends ConnectionSnapshot {
  /** The time of the last message, in ms since the epoch. Reading it re-renders nothing. */
  readonly lastMessageAt: number | null
  /** Connects at once and forgets former failures; also what revives `closed` and `failed`. */
  reconnect(): void
  /** Closes the connection for all who share it, until `reconnect()`. */
  close(): void
}

/** A component's view of a shared connection. */
export interface ConnectionView {
  /** The connection while it exists, read when called. */
  current(): SharedConnection | undefined
  /** Takes a share for as long as `use` runs. */
  borrow<Result>(use: (shared: SharedConnection) => Promise<Result>): Promise<Result>
  readonly result: ConnectionResult
}

/** Shares a connection for as long as the component is mounted, and shows where it stands. */
export function useConnection<Options extends ConnectionOptions>(
  definition: TechniqueDefinition<Options>,
  options: Options,
): ConnectionView {
  const client = useRealtimeClient()
  if (typeof options.url === 'function' && options.id === undefined) {
    throw new ConfigurationError('A connection whose url is a function needs an id, by which it is shared.')
  }
  const key = client.keyOf(definition, options)
  const isEnabled = options.enabled !== false
  const [user] = useState(() => ({}))
  const [tracker] = useState(() => createTracker<ConnectionSnapshot>())
  const latest = useRef(options)

  useEffect(() => {
    latest.current = options
    if (isEnabled) client.get(key)?.configure(user, options)
  })

  const subscribe = useCallback(
    (notify: () => void) => {
      if (!isEnabled) return () => undefined
      const lease = client.acquire(definition, latest.current)
      lease.value.configure(user, latest.current)
      const unsubscribe = lease.value.connection.subscribe(notify)
      return () => {
        unsubscribe()
        lease.value.leave(user)
        lease.release()
      }
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for what of the options makes another connection
    [client, definition, key, isEnabled, user],
  )
  const read = () => (isEnabled ? client.get(key)?.connection.getSnapshot() : undefined) ?? IDLE_SNAPSHOT
  const snapshot = useSyncExternalStore(
    subscribe,
    () => tracker.select(read()),
    () => IDLE_SNAPSHOT,
  )

  return useMemo(() => {
    const current = () => client.get(key)
    const actions = {
      reconnect: () => current()?.connection.reconnect(),
      close: () => current()?.connection.close(),
      get lastMessageAt() {
        return current()?.connection.inbound.counters.lastMessageAt ?? null
      },
    }
    return {
      current,
      async borrow(use) {
        const lease = client.acquire(definition, latest.current)
        try {
          return await use(lease.value)
        } finally {
          lease.release()
        }
      },
      result: tracker.expose(actions, snapshot),
    }
  }, [client, definition, key, snapshot, tracker])
}
