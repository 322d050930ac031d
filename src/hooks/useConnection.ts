'use client'
import { skipToken, type SkipToken } from '@tanstack/react-query'
import { useContext, useEffect, useInsertionEffect, useMemo, useState } from 'react'
import { ConnectionLostError } from '../core/errors.ts'
import { type ConnectionSnapshot, IDLE_SNAPSHOT } from '../core/machine.ts'
import type { Sender } from '../core/outbox.ts'
import type { Lease } from '../core/registry.ts'
import type { RequestEnvelope, RequestOptions } from '../core/requests.ts'
import type { ConnectionOptions } from '../providers/options.ts'
import { RealtimeContext, refuseMissingProvider } from '../providers/RealtimeContext.ts'
import { outboxOf } from '../providers/outboxOf.ts'
import type { SharedConnection } from '../providers/sharedConnection.ts'
import type { TransportDefinition } from '../providers/transportDefinition.ts'
import { type ConnectionOwner, identify, WantedConnection } from '../providers/wantedConnection.ts'
import { useTrackedReads } from './trackReads.ts'

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
  /** The functions that the result has besides `reconnect` and `close`. */
  actions?: readonly ('send' | 'request')[]
  /** The property of the result that holds the transport's position. */
  cursorName?: string
}

/** A component's view of a shared connection. */
interface ConnectionView {
  readonly wanted: WantedConnection
  readonly result: ConnectionResult
  /** The options of this render. */
  readonly options: ConnectionOptions
}

const NONE = [] as const

/** Replaces the options of a hook that gets `skipToken`. */
const SKIPPED = { url: '', enabled: false }

/**
 * Shares a connection while the component is mounted, and returns its state. `skipToken`, `enabled: false`
 * and `isWanted: false` all mean that this component needs no connection now.
 */
export function useConnection<Options extends ConnectionOptions>(
  definition: TransportDefinition<Options>,
  given: Options | SkipToken,
  { isWanted = true, actions = NONE, cursorName }: ConnectionExtras = {},
): ConnectionView {
  const client = useContext(RealtimeContext) ?? refuseMissingProvider()
  const [user] = useState(() => new ConnectionUser())
  const rendered = given === skipToken ? (SKIPPED as Options) : given
  // Options that are written inline are a new object at each render, mostly with the same members.
  const options = hasSameMembers(user.options, rendered) ? (user.options as Options) : rendered
  const { baseUrl } = client.options
  const { key, url } = useMemo(() => identify(definition, options, baseUrl), [definition, options, baseUrl])
  const isEnabled = isWanted && options.enabled !== false
  const wanted = useMemo(
    () => new WantedConnection(user, { client, definition, key, url, isEnabled }),
    [user, client, definition, key, url, isEnabled],
  )
  useInsertionEffect(() => user.commit(wanted, options))
  useInsertionEffect(() => () => user.leave(), [user])
  useEffect(() => wanted.configure())
  const base = useMemo(() => {
    const { reconnect, close } = user
    const target = Object.defineProperty({ reconnect, close }, 'lastMessageAt', {
      enumerable: true,
      get: () => user.peek()?.connection.reader.counters.lastMessageAt ?? null,
    })
    for (const name of actions) Object.assign(target, { [name]: user[name] })
    if (cursorName) Object.defineProperty(target, cursorName, { enumerable: true, get: wanted.readCursor })
    return target
  }, [actions, cursorName, user, wanted])
  const result = useTrackedReads(wanted, IDLE_SNAPSHOT, base) as unknown as ConnectionResult
  return { wanted, result, options }
}

/** Whether two objects have the same members, compared by identity. */
function hasSameMembers(a: object, b: object): boolean {
  const keys = Object.keys(a)
  const isSame = (key: string) => Object.hasOwn(b, key) && a[key as keyof object] === b[key as keyof object]
  return keys.length === Object.keys(b).length && keys.every(isSame)
}

/** How long a lease is held for a component that sends before it has its own (ms). React takes far less. */
const EARLY_LEASE = 5_000

/**
 * One component that uses a connection. The functions of its result act on this object, so that they keep
 * their identity while the component's url, options and status change.
 */
export class ConnectionUser implements ConnectionOwner, Sender {
  /** Whether it has unmounted. */
  isGone = true
  /** As of the latest commit. */
  options: ConnectionOptions = SKIPPED
  /** Set while it has a lease from before it was subscribed. */
  endEarlyLease: (() => void) | undefined
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
    queueMicrotask(() => this.endEarlyLease?.())
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
      this.endEarlyLease?.()
      this.#startEarlyLease(wanted)
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

  send = (data: unknown): boolean => {
    const shared = this.reach()
    return shared !== undefined && outboxOf(shared).send(data, this)
  }

  request = (request: RequestEnvelope, options?: RequestOptions): Promise<unknown> =>
    this.withConnection(shared => outboxOf(shared).request(request, options))

  #startEarlyLease(wanted: WantedConnection): void {
    const early = { wanted, lease: wanted.acquire() }
    const end = () => {
      if (this.#early !== early) return
      this.#early = this.endEarlyLease = undefined
      early.lease.release()
    }
    this.#early = early
    this.endEarlyLease = end
    wanted.client.clock.setTimeout(end, EARLY_LEASE)
  }
}
