import { ConnectionLostError } from '../core/errors.ts'
import type { Lease } from '../core/registry.ts'
import type { Sender } from '../core/outbox.ts'
import type { RealtimeClient } from '../providers/realtimeClient.ts'
import type { SharedConnection } from '../providers/sharedConnection.ts'

/** The connection that a component wants as of its latest commit. */
export interface WantedConnection {
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
    return isEnabled && key !== undefined ? client?.get(key) : undefined
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

  reconnect = (): void => this.reach()?.connection.reconnect()

  close = (): void => this.reach()?.connection.close()

  #endEarlyShare(): void {
    this.#early?.lease.release()
    this.#early = undefined
  }
}
