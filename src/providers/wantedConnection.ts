import { ConfigurationError, ConnectionLostError } from '../core/errors.ts'
import { located } from '../core/located.ts'
import { hashValue } from '../core/hash.ts'
import { type ConnectionSnapshot, IDLE_SNAPSHOT } from '../core/machine.ts'
import type { Lease } from '../core/registry.ts'
import { displayUrl, resolveUrl } from '../core/request.ts'
import { assertNumbers } from '../core/validation.ts'
import type { ClientCore } from './clientCore.ts'
import type { ConnectionOptions } from './options.ts'
import { SharedConnection, type SharedConnectionSetup } from './sharedConnection.ts'
import type { TransportDefinition } from './transportDefinition.ts'

interface ConnectionPlan extends SharedConnectionSetup {
  isEnabled: boolean
}

/**
 * Returns the key of a connection and its URL as it is shown. The key consists of its transport, id, URL (unless a
 * function returns it), and what its request carries.
 */
export function identify<Options extends ConnectionOptions>(
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
    // The connection itself will fail and report the invalid URL.
    href = String(url)
  }
  return {
    key: hashValue([definition.transport, id ?? null, href, definition.identity(options)]),
    url: shown,
  }
}

/** Who wants a connection: a component, or code outside of components. */
export interface ConnectionOwner {
  /** The latest options. */
  readonly options: ConnectionOptions
  /** Whether its options no longer count, because it has unmounted or has not mounted yet. */
  readonly isGone?: boolean
  /** Called once it has a lease of its own. */
  endEarlyLease?: (() => void) | undefined
}

/** Throws if the application has disposed the client or its provider has unmounted. */
export function assertUsable(client: ClientCore): void {
  client.assertNotEnded()
  if (client.isDisposed) throw new ConnectionLostError('The RealtimeProvider has unmounted.')
}

/** How to reach a connection. */
export interface ConnectionAccess {
  /** The connection while it exists, whoever uses it. */
  find(): SharedConnection | undefined
  /** Holds a lease while `task` runs. */
  withConnection<Result>(task: (shared: SharedConnection) => Promise<Result>): Promise<Result>
}

/** The connection of one key, as its owner wants it. The owner holds a lease while it is subscribed. */
export class WantedConnection implements ConnectionAccess {
  snapshot = IDLE_SNAPSHOT
  readonly client: ClientCore
  readonly #owner: ConnectionOwner
  readonly #plan: ConnectionPlan
  #shared: SharedConnection | undefined
  /** The options that this owner last passed to the connection. */
  #applied: ConnectionOptions | undefined
  /** The number of holds that make the owner a user. */
  #holds = 0

  constructor(owner: ConnectionOwner, plan: ConnectionPlan) {
    this.client = plan.client
    this.#owner = owner
    this.#plan = plan
    const shared = plan.isEnabled ? this.find() : undefined
    if (shared) this.snapshot = shared.connection.snapshot
  }

  get key(): string {
    return this.#plan.key
  }

  /** Whether the owner wants it, and may have it. */
  get isEnabled(): boolean {
    return this.#plan.isEnabled && !this.client.isEnded
  }

  /** Whether the owner is subscribed. */
  get isLeased(): boolean {
    return this.#shared !== undefined
  }

  /** The same connection for another owner. */
  for(owner: ConnectionOwner): WantedConnection {
    return new WantedConnection(owner, this.#plan)
  }

  find(): SharedConnection | undefined {
    const { client, key } = this.#plan
    return this.#shared ?? (client.connections.get(key) as SharedConnection | undefined)
  }

  /** Starts the connection if nothing used it, after `configure`. */
  acquire(configure?: (shared: SharedConnection) => void): Lease<SharedConnection> {
    const { client, key } = this.#plan
    const { options } = this.#owner
    const lease = client.connections.acquire(key, () => new SharedConnection(this.#plan, options))
    configure?.(lease.value)
    if (lease.isFirst) lease.value.start()
    return lease
  }

  /** Applies the latest options. */
  configure(): void {
    const { options } = this.#owner
    const shared = this.#shared
    if (shared && (options !== this.#applied || options !== shared.latest)) this.#apply(shared)
  }

  subscribe(listener: (snapshot: ConnectionSnapshot) => void): () => void {
    if (!this.isEnabled) return () => undefined
    const { value: shared, release } = this.acquire(acquired => this.#apply(acquired))
    const { connection } = shared
    this.#shared = shared
    this.#owner.endEarlyLease?.()
    const unsubscribe = connection.subscribe(listener)
    this.snapshot = connection.snapshot
    return () => {
      this.#shared = undefined
      unsubscribe()
      shared.leave(this.#owner)
      release()
    }
  }

  #apply(shared: SharedConnection): void {
    this.#applied = this.#owner.options
    shared.configure(this.#owner, this.#applied)
  }

  /**
   * Shares the connection until `release` is called. Meanwhile the owner's options apply, even if the owner is not
   * subscribed, unless it is gone.
   */
  hold(): Lease<SharedConnection> {
    if (this.isLeased || this.#owner.isGone) return this.acquire()
    const lease = this.acquire(shared => shared.join(this.#owner, this.#owner.options))
    this.#holds++
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      if (--this.#holds === 0 && !this.isLeased) lease.value.leave(this.#owner)
      lease.release()
    }
    return { ...lease, release }
  }

  /** The options of the owner have changed: applies them, if it holds the connection. */
  refresh(): void {
    if (this.#holds > 0) this.find()?.join(this.#owner, this.#owner.options)
  }

  async withConnection<Result>(task: (shared: SharedConnection) => Promise<Result>): Promise<Result> {
    assertUsable(this.client)
    const { value, release } = this.hold()
    try {
      return await task(value)
    } catch (error) {
      throw located(error, value)
    } finally {
      release()
    }
  }

  readonly readCursor = (): unknown => this.find()?.connection.ports.transport.cursor?.()
}
