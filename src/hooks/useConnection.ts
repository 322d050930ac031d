'use client'
import { skipToken, type SkipToken } from '@tanstack/react-query'
import {
  useCallback,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { ConfigurationError, ConnectionLostError } from '../core/errors.ts'
import { assertNumbers } from '../core/validation.ts'
import type { Lease } from '../core/registry.ts'
import { type ConnectionSnapshot, IDLE_SNAPSHOT } from '../core/machine.ts'
import type { ConnectionOptions } from '../providers/options.ts'
import { useRealtimeClient } from '../providers/RealtimeContext.ts'
import {
  acquireConnection,
  connectionKey,
  findConnection,
  type SharedConnection,
} from '../providers/sharedConnection.ts'
import type { TransportDefinition } from '../providers/transportDefinition.ts'
import { createTracker } from './trackReads.ts'
import type { Sender } from '../core/outbox.ts'
import type { RealtimeClient } from '../providers/realtimeClient.ts'

/**
 * The result of every push hook. Its functions keep their identity while the component is mounted, and act on
 * the connection of its latest commit. A component re-renders only when something it has read changes.
 */
export interface ConnectionResult extends Omit<ConnectionSnapshot, 'latency'> {
  /** The time of the last message, in ms since the epoch. Reading it causes no re-renders. */
  readonly lastMessageAt: number | null
  /** Connects at once and forgets earlier failures. Also reopens a `closed` or `failed` connection. */
  reconnect(): void
  /** Closes the connection for all components that share it, until `reconnect()`. */
  close(): void
}

/** A component's view of a shared connection. */
interface ConnectionView {
  /** The connection while it exists, read on each call. */
  current(): SharedConnection | undefined
  /** Holds a lease while `task` runs. */
  borrow<Result>(task: (shared: SharedConnection) => Promise<Result>): Promise<Result>
  /** What the functions of the result act on. */
  readonly user: ConnectionUser
  readonly result: ConnectionResult
}

/** Replaces the options of a hook that gets `skipToken`. */
const SKIPPED = { url: '', enabled: false }

/**
 * Shares a connection while the component is mounted, and returns its state. `skipToken`, `enabled: false`
 * and `isWanted: false` all mean that this component needs no connection now.
 */
export function useConnection<Options extends ConnectionOptions>(
  definition: TransportDefinition<Options>,
  given: Options | SkipToken,
  isWanted = true,
): ConnectionView {
  const client = useRealtimeClient()
  const options = given === skipToken ? (SKIPPED as Options) : given
  assertUsable(options)
  const key = connectionKey(client, definition, options)
  const isEnabled = isWanted && options.enabled !== false
  const [user] = useState(() => new ConnectionUser())
  const [tracker] = useState(() => createTracker<ConnectionSnapshot>())
  const latest = useRef(options)

  useEffect(() => {
    if (isEnabled) findConnection(client, key)?.configure(user, options)
  })
  const acquire = useCallback(
    (holder?: object) => acquireConnection(client, { key, definition, options: latest.current }, holder),
    [client, key, definition],
  )
  useInsertionEffect(() => {
    latest.current = options
    user.commit({ client, key, isEnabled, acquire })
  })
  useInsertionEffect(() => () => user.leave(), [user])
  const subscribe = useCallback(
    (notify: () => void) => {
      if (!isEnabled) return () => undefined
      const { value: shared, release } = acquire(user)
      const endShare = user.share(key)
      const unsubscribe = shared.connection.subscribe(notify)
      return () => {
        endShare()
        unsubscribe()
        release()
      }
    },
    [acquire, isEnabled, key, user],
  )
  const current = useCallback(() => findConnection(client, key), [client, key])
  const read = () => (isEnabled ? current()?.connection.snapshot : undefined) ?? IDLE_SNAPSHOT
  const select = () => tracker.select(read())
  const snapshot = useSyncExternalStore(subscribe, select, () => IDLE_SNAPSHOT)
  const result = useMemo(() => tracker.expose(createActions(user), snapshot), [tracker, user, snapshot])
  return { current, borrow: useBorrow(acquire), user, result }
}

function useBorrow(acquire: () => Lease<SharedConnection>): ConnectionView['borrow'] {
  return useCallback(
    async task => {
      const lease = acquire()
      try {
        return await task(lease.value)
      } finally {
        lease.release()
      }
    },
    [acquire],
  )
}

function assertUsable(options: ConnectionOptions): void {
  assertNumbers(options)
  const { url, id } = options
  if (typeof url !== 'function' || id !== undefined) return
  throw new ConfigurationError('A connection whose url is a function needs an id, by which it is shared.')
}

function createActions(user: ConnectionUser): Omit<ConnectionResult, keyof ConnectionSnapshot> {
  return {
    reconnect: user.reconnect,
    close: user.close,
    get lastMessageAt() {
      return user.peek()?.connection.reader.counters.lastMessageAt ?? null
    },
  }
}

/** The result, with the transport's position under that transport's name for it. */
export function useTransportCursor({ result, current }: ConnectionView, name: string): ConnectionResult {
  return useMemo(() => {
    const get = () => current()?.connection.ports.transport.cursor?.()
    return Object.defineProperty(result, name, { configurable: true, enumerable: true, get })
  }, [result, current, name])
}

/** The connection that a component wants as of its latest commit. */
interface WantedConnection {
  client: RealtimeClient
  key: string
  isEnabled: boolean
  acquire(): Lease<SharedConnection>
}

/** How long a lease is held for a component that sends before it has its own (ms). React takes far less. */
const EARLY_SHARE = 5_000

/**
 * One component that uses a connection. The functions of its result act on this object, so that they keep
 * their identity while the component's url, options and status change.
 */
export class ConnectionUser implements Sender {
  /** Whether it has unmounted. */
  isGone = true
  #wanted: WantedConnection | undefined
  #sharedKey: string | undefined
  #early: { key: string; lease: Lease<SharedConnection> } | undefined

  /** Applies the latest commit, before any layout effect of that commit. */
  commit(wanted: WantedConnection): void {
    this.#wanted = wanted
    this.isGone = false
  }

  leave(): void {
    this.isGone = true
    // Not during the commit, when nothing may be re-rendered.
    queueMicrotask(() => this.#endEarlyShare())
  }

  /** The component has its own lease of a connection, until the returned function is called. */
  share(key: string): () => void {
    this.#sharedKey = key
    this.#endEarlyShare()
    return () => {
      if (this.#sharedKey === key) this.#sharedKey = undefined
    }
  }

  /** The connection, while it exists and is wanted. */
  peek(): SharedConnection | undefined {
    const { client, key, isEnabled } = this.#wanted ?? {}
    return isEnabled && key !== undefined ? client && findConnection(client, key) : undefined
  }

  /**
   * The connection. A mounted component gets it even before it has its own lease, because layout effects, and
   * effects of its children, run earlier.
   */
  reach(): SharedConnection | undefined {
    const wanted = this.#wanted
    if (!wanted?.isEnabled || this.isGone || wanted.key === this.#sharedKey) return this.peek()
    if (this.#early?.key !== wanted.key) {
      this.#endEarlyShare()
      const early = { key: wanted.key, lease: wanted.acquire() }
      this.#early = early
      wanted.client.clock.setTimeout(() => this.#early === early && this.#endEarlyShare(), EARLY_SHARE)
    }
    return this.#early?.lease.value
  }

  /** Holds a lease while `task` runs, even for a component that has unmounted. */
  borrow = async <Result>(task: (shared: SharedConnection) => Promise<Result>): Promise<Result> => {
    if (!this.#wanted?.isEnabled) throw new ConnectionLostError('The connection is not enabled.')
    const lease = this.#wanted.acquire()
    try {
      return await task(lease.value)
    } finally {
      lease.release()
    }
  }

  reconnect = (): void => this.reach()?.reconnect()

  close = (): void => this.reach()?.connection.close()

  #endEarlyShare(): void {
    this.#early?.lease.release()
    this.#early = undefined
  }
}
