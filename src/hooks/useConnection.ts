'use client'
import { skipToken, type SkipToken } from '@tanstack/react-query'
import { useContext, useEffect, useInsertionEffect, useMemo, useState } from 'react'
import { ConfigurationError, ConnectionLostError } from '../core/errors.ts'
import { hashValue } from '../core/hash.ts'
import { type ConnectionSnapshot, IDLE_SNAPSHOT } from '../core/machine.ts'
import type { Sender } from '../core/outbox.ts'
import type { Lease } from '../core/registry.ts'
import { displayUrl, resolveUrl } from '../core/request.ts'
import { assertNumbers } from '../core/validation.ts'
import type { ConnectionOptions } from '../providers/options.ts'
import { RealtimeContext, refuseMissingProvider } from '../providers/RealtimeContext.ts'
import type { RealtimeClient } from '../providers/realtimeClient.ts'
import { SharedConnection, type SharedConnectionSetup } from '../providers/sharedConnection.ts'
import type { TransportDefinition } from '../providers/transportDefinition.ts'
import { type SnapshotSource, useTrackedReads } from './trackReads.ts'

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

/** What a hook adds to `useConnection`. */
interface ConnectionExtras {
  /** Whether the component needs the connection now. Default `true`. */
  isWanted?: boolean
  /** Creates more functions for the result, once for each component. */
  createActions?: (user: ConnectionUser) => object
  /** The property of the result that holds the transport's position. */
  cursorName?: string
}

/** A component's view of a shared connection. */
interface ConnectionView {
  readonly wanted: WantedConnection
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
  { isWanted = true, createActions, cursorName }: ConnectionExtras = {},
): ConnectionView {
  const client = useContext(RealtimeContext) ?? refuseMissingProvider()
  const [user] = useState(() => new ConnectionUser())
  const rendered = given === skipToken ? (SKIPPED as Options) : given
  // Options that are written inline are a new object at each render, mostly with the same members.
  const options = hasSameMembers(user.options, rendered) ? (user.options as Options) : rendered
  const { baseUrl } = client.options
  const { key, url } = useMemo(() => identify(definition, options, baseUrl), [definition, options, baseUrl])
  const isEnabled = isWanted && options.enabled !== false
  const [actions] = useState(() => ({
    reconnect: user.reconnect,
    close: user.close,
    ...createActions?.(user),
  }))
  const wanted = useMemo(
    () => new WantedConnection(user, { client, definition, key, url, isEnabled }),
    [user, client, definition, key, url, isEnabled],
  )
  useInsertionEffect(() => user.commit(wanted, options))
  useInsertionEffect(() => () => user.leave(), [user])
  useEffect(() => wanted.configure())
  const base = useMemo(() => {
    const target = Object.defineProperty({ ...actions }, 'lastMessageAt', {
      enumerable: true,
      get: () => user.peek()?.connection.reader.counters.lastMessageAt ?? null,
    })
    if (cursorName) Object.defineProperty(target, cursorName, { enumerable: true, get: wanted.readCursor })
    return target
  }, [actions, cursorName, user, wanted])
  const result = useTrackedReads(wanted, IDLE_SNAPSHOT, base) as unknown as ConnectionResult
  return { wanted, result }
}

/** Whether two objects have the same members, compared by identity. */
function hasSameMembers(a: object, b: object): boolean {
  const keys = Object.keys(a)
  const isSame = (key: string) => Object.hasOwn(b, key) && a[key as keyof object] === b[key as keyof object]
  return keys.length === Object.keys(b).length && keys.every(isSame)
}

/**
 * Returns the key of a connection and its URL as it is shown. The key consists of its transport, id, URL (unless a
 * function returns it), and what its request carries.
 */
function identify<Options extends ConnectionOptions>(
  definition: TransportDefinition<Options>,
  options: Options,
  baseUrl: string | undefined,
): Pick<ConnectionPlan, 'key' | 'url'> {
  assertNumbers(options)
  const { url, id } = options
  if (typeof url === 'function' && id === undefined)
    throw new ConfigurationError('A connection whose url is a function needs an id.')
  let href: string | null = null
  let shown = ''
  try {
    if (typeof url !== 'function' && definition.urlScheme !== undefined) {
      const target = resolveUrl(url, baseUrl, definition.urlScheme)
      href = target.href
      shown = displayUrl(target)
    }
  } catch {
    // The connection will fail with what is wrong with its URL.
    href = String(url)
  }
  return {
    key: hashValue([definition.transport, id ?? null, href, definition.identity(options)]),
    url: shown,
  }
}

interface ConnectionPlan extends SharedConnectionSetup {
  key: string
  isEnabled: boolean
}

/** The connection of one key, as a component wants it. The component holds a lease of it while it is subscribed. */
export class WantedConnection implements SnapshotSource<ConnectionSnapshot> {
  snapshot = IDLE_SNAPSHOT
  readonly client: RealtimeClient
  readonly isEnabled: boolean
  readonly #user: ConnectionUser
  readonly #plan: ConnectionPlan
  #shared: SharedConnection | undefined
  /** The options that the connection got last from this component. */
  #applied: ConnectionOptions | undefined

  constructor(user: ConnectionUser, plan: ConnectionPlan) {
    this.client = plan.client
    this.isEnabled = plan.isEnabled
    this.#user = user
    this.#plan = plan
    const shared = plan.isEnabled ? this.find() : undefined
    if (shared) this.snapshot = shared.connection.snapshot
  }

  /** Whether the component has a lease. */
  get isLeased(): boolean {
    return this.#shared !== undefined
  }

  /** The connection while it exists, whoever uses it. */
  find(): SharedConnection | undefined {
    const { client, key } = this.#plan
    return this.#shared ?? (client.connections.get(key) as SharedConnection | undefined)
  }

  /** Starts the connection if nothing used it, after `user` has configured it. */
  acquire(user?: ConnectionUser): Lease<SharedConnection> {
    const { client, key } = this.#plan
    const { options } = this.#user
    const lease = client.connections.acquire(key, () => new SharedConnection(this.#plan, options))
    if (user) this.#apply(lease.value, options)
    if (lease.isFirst) lease.value.start()
    return lease
  }

  /** Applies the options of the latest commit. */
  configure(): void {
    const { options } = this.#user
    const shared = this.#shared
    if (shared && (options !== this.#applied || options !== shared.latest)) this.#apply(shared, options)
  }

  subscribe(listener: (snapshot: ConnectionSnapshot) => void): () => void {
    if (!this.isEnabled) return () => undefined
    const { value: shared, release } = this.acquire(this.#user)
    const { connection } = shared
    this.#shared = shared
    this.#user.endEarlyLease()
    const unsubscribe = connection.subscribe(listener)
    this.snapshot = connection.snapshot
    return () => {
      this.#shared = undefined
      unsubscribe()
      shared.leave(this.#user)
      release()
    }
  }

  #apply(shared: SharedConnection, options: ConnectionOptions): void {
    this.#applied = options
    shared.configure(this.#user, options)
  }

  /** Holds a lease while `task` runs. */
  async withConnection<Result>(task: (shared: SharedConnection) => Promise<Result>): Promise<Result> {
    if (this.client.isDisposed) throw new ConnectionLostError('The RealtimeProvider has unmounted.')
    const lease = this.acquire()
    try {
      return await task(lease.value)
    } finally {
      lease.release()
    }
  }

  readonly readCursor = (): unknown => this.find()?.connection.ports.transport.cursor?.()
}

/** How long a lease is held for a component that sends before it has its own (ms). React takes far less. */
const EARLY_LEASE = 5_000

/**
 * One component that uses a connection. The functions of its result act on this object, so that they keep
 * their identity while the component's url, options and status change.
 */
export class ConnectionUser implements Sender {
  /** Whether it has unmounted. */
  isGone = true
  /** As of the latest commit. */
  options: ConnectionOptions = SKIPPED
  #wanted: WantedConnection | undefined
  #early: { wanted: WantedConnection; lease: Lease<SharedConnection> } | undefined

  /** Applies the latest commit, before any layout effect of that commit. */
  commit(wanted: WantedConnection, options: ConnectionOptions): void {
    this.#wanted = wanted
    this.options = options
    this.isGone = false
  }

  leave(): void {
    this.isGone = true
    // Not during the commit, when nothing may be re-rendered.
    queueMicrotask(() => this.endEarlyLease())
  }

  /** The connection, while it exists and is wanted. */
  peek(): SharedConnection | undefined {
    return this.#wanted?.isEnabled ? this.#wanted.find() : undefined
  }

  /**
   * The connection. A mounted component gets it even before it has its own lease, because layout effects, and
   * effects of its children, run earlier.
   */
  reach(): SharedConnection | undefined {
    const wanted = this.#wanted
    if (!wanted?.isEnabled || this.isGone || wanted.isLeased) return this.peek()
    if (this.#early?.wanted !== wanted) {
      this.endEarlyLease()
      const early = { wanted, lease: wanted.acquire() }
      this.#early = early
      wanted.client.clock.setTimeout(() => this.#early === early && this.endEarlyLease(), EARLY_LEASE)
    }
    return this.#early?.lease.value
  }

  /** Holds a lease while `task` runs, even for a component that has unmounted. */
  async withConnection<Result>(task: (shared: SharedConnection) => Promise<Result>): Promise<Result> {
    if (!this.#wanted?.isEnabled) throw new ConnectionLostError('The connection is not enabled.')
    return this.#wanted.withConnection(task)
  }

  reconnect = (): void => this.reach()?.connection.reconnect()

  close = (): void => this.reach()?.connection.close()

  endEarlyLease(): void {
    this.#early?.lease.release()
    this.#early = undefined
  }
}
