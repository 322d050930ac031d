import type { QueryClient } from '@tanstack/react-query'
import type { QueryWriter } from '../cache/queryWriter.ts'
import { withAdvice } from '../core/advice.ts'
import type { Connection } from '../core/connection.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { RealtimeEvent, TransportName } from '../core/events.ts'
import { type Clock, createEmitter, systemClock } from '../core/platform.ts'
import { Registry, type Shared } from '../core/registry.ts'
import { assertOrigins, defaultTrustedOrigins, type RequestPlan } from '../core/request.ts'
import { TokenManager } from '../core/tokens.ts'
import type { FetchLike } from '../core/transport.ts'
import { assertNumbers } from '../core/validation.ts'
import { DEFAULT_CLOSE_DELAY, type RealtimeOptions } from './options.ts'

/** What the provider adds to the plan of a request. `tokens` may override the provider's. */
type ProviderParts = 'baseUrl' | 'origins' | 'tokens'
type OwnPlan = Omit<RequestPlan, ProviderParts> & Partial<Pick<RequestPlan, 'tokens'>>

/** A connection, as the client and its panel see it. */
export interface ClientConnection extends Shared {
  readonly id: string
  readonly transport: TransportName
  /** Without its query string. */
  readonly url: string
  readonly connection: Connection
  readonly counters: { readonly unknown: number; readonly bad: number }
  /** The options of the provider or of a user have changed. */
  reconfigured(): void
  /** Reconnects with the options of the latest commit. */
  reconnect(): void
}

/** How the connections of a client write to the cache, until the client is disposed. */
interface CacheAccess {
  readonly writer: QueryWriter
  release(): void
}

const cores = new WeakMap<object, ClientCore>()

/** The core of a `RealtimeClient`. Looked up here so that providers do not bundle that class. */
export function coreOf(client: object): ClientCore | undefined {
  return cores.get(client)
}

/** Throws a `ConfigurationError` for an option that cannot work. */
export function assertOptions(options: RealtimeOptions): void {
  assertNumbers(options)
  assertOrigins('trustedOrigins', options.trustedOrigins)
  assertOrigins('insecureOrigins', options.insecureOrigins)
  if (options.share) options.share.worker.assertScope(options.share.scope)
}

/**
 * What a provider or a `RealtimeClient` owns: its options, its token and its connections. It imports connections and their
 * writer only as types, so that an app that only polls does not bundle them.
 */
export class ClientCore {
  readonly clock: Clock = systemClock
  /** The subjects that were already warned about in the console. */
  readonly warned = new Set<string>()
  readonly connections: Registry<ClientConnection>
  /** Emits when something that a panel of connections shows has changed. */
  readonly changes = createEmitter()
  /** For the provider's `getToken`. */
  tokens: TokenManager
  options: RealtimeOptions
  queryClient: QueryClient
  /** Set by the first connection. */
  cacheAccess: CacheAccess | undefined
  /** Whether its provider has unmounted: functions that the app has kept must not connect as its user any more. */
  isDisposed = false
  /** The `RealtimeClient` with this core, if there is one. */
  client: object | undefined
  /** Whether the application has disposed it. It cannot be used again. */
  isEnded = false
  /** The origins that may receive a token. */
  #trusted: readonly string[]
  #mounts = 0
  /** The number of the last connection that has no `id` of its own. */
  lastId = 0

  /** @throws ConfigurationError for an invalid option. */
  constructor(options: RealtimeOptions, queryClient: QueryClient) {
    assertOptions(options)
    this.options = options
    this.#trusted = options.trustedOrigins ?? defaultTrustedOrigins(options.baseUrl)
    this.queryClient = queryClient
    this.connections = new Registry(this.clock, this.closeDelay, this.changes.emit)
    this.tokens = new TokenManager(this.clock)
  }

  /** Makes it the core of `client`. */
  serve(client: object): void {
    this.client = client
    cores.set(client, this)
  }

  /** Applies the latest rendered options. */
  configure(options: RealtimeOptions, queryClient: QueryClient): void {
    this.options = options
    this.#trusted = options.trustedOrigins ?? defaultTrustedOrigins(options.baseUrl)
    this.queryClient = queryClient
    this.cacheAccess?.writer.setQueryClient(queryClient)
    for (const { value } of this.connections.entries()) value.reconfigured()
  }

  /**
   * Starts the client. The returned function ends everything, unless the client is mounted again in the same
   * task (StrictMode).
   */
  mount(): () => void {
    this.#mounts++
    this.isDisposed = this.isEnded
    return () => {
      this.#mounts--
      queueMicrotask(() => {
        if (this.#mounts === 0) this.#dispose()
      })
    }
  }

  /** Ends everything permanently. */
  end(): void {
    if (this.isEnded) return
    this.isEnded = true
    this.#dispose()
  }

  /** @throws ConfigurationError after the application has disposed it. */
  assertNotEnded(): void {
    if (this.isEnded) throw new ConfigurationError(withAdvice('The RealtimeClient was disposed.', 'disposed'))
  }

  /** How long connections and subscriptions outlive their last user (ms). */
  readonly closeDelay = (): number => this.options.closeDelay ?? DEFAULT_CLOSE_DELAY

  /** The provider's `fetch`, or the global one. */
  readonly fetch = (): FetchLike => this.options.fetch ?? fetch

  /** Completes the plan of a request with the provider's options. */
  planRequest(own: OwnPlan): RequestPlan {
    const { baseUrl, getToken, insecureOrigins: insecure = [] } = this.options
    return { tokens: this.tokens, getToken, ...own, baseUrl, origins: { trusted: this.#trusted, insecure } }
  }

  report(event: RealtimeEvent): void {
    // Each retry within one `reconnecting` starts a new countdown, which a panel shows.
    if (event.kind === 'status' || event.kind === 'retry') this.changes.emit()
    const { onEvent } = this.options
    this.guard(() => {
      if (onEvent) onEvent(event)
      else if (event.kind === 'handler-error') throw event.error
    })
  }

  /** Runs an application function whose error must not reach the connection: it is thrown in a separate task. */
  guard(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.throwLater(error)
    }
  }

  /** Throws an error in a separate task. */
  throwLater(error: unknown): void {
    this.clock.setTimeout(() => {
      throw error
    }, 0)
  }

  #dispose(): void {
    this.isDisposed = true
    const { cacheAccess } = this
    this.cacheAccess = undefined
    // Pending writes may belong to a previous user, whose data the application may have cleared already.
    cacheAccess?.writer.drop()
    this.connections.disposeAll()
    cacheAccess?.writer.end()
    cacheAccess?.release()
    this.tokens.dispose()
    this.tokens = new TokenManager(this.clock)
  }
}
