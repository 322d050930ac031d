import type { QueryClient } from '@tanstack/react-query'
import { scheduleFrame, Writer } from '../cache/queryWriter.ts'
import { type Clock, createEmitter, createEnvironment, systemClock } from '../core/platform.ts'
import type { RealtimeError } from '../core/errors.ts'
import type { RealtimeEvent, TransportName } from '../core/events.ts'
import { toError } from '../core/failure.ts'
import { hashValue } from '../core/hash.ts'
import {
  defaultTrustedOrigins,
  displayUrl,
  preparationFailure,
  type PreparedRequest,
  prepareRequest,
  resolveUrl,
  toSocketUrl,
} from '../core/request.ts'
import { type Lease, Registry } from '../core/registry.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import { createTokenAuthority, type TokenAuthority } from '../core/tokens.ts'
import type { FetchLike } from '../core/transport.ts'
import {
  type ConnectionOptions,
  DEFAULT_CLOSE_DELAY,
  DEFAULT_MAX_MESSAGE_BYTES,
  type RealtimeOptions,
} from './options.ts'
import { holdScheduler, notifyInTask } from './notifyInTask.ts'
import type { ConnectionHost, PreparationOptions, ClientTransportEnvironment } from './connectionHost.ts'
import { tanStackPlatform } from './tanStackPlatform.ts'
import { SharedConnection, type TransportDefinition } from './sharedConnection.ts'

interface GlobalWebSocket {
  WebSocket?: WebSocketConstructor
}

/** What a provider owns: its connections, its token and its writer to the cache. */
export class RealtimeClient implements ConnectionHost {
  readonly clock: Clock = systemClock
  readonly random = (): number => Math.random()
  readonly environment = createEnvironment(systemClock, tanStackPlatform)
  readonly warned = new Set<string>()
  writer: Writer
  authority: TokenAuthority
  /** Emits when something that `connections` shows has changed. */
  readonly changes = createEmitter()
  options: RealtimeOptions
  #queryClient: QueryClient
  #registry: Registry<SharedConnection>
  #mounts = 0
  #ids = 0

  constructor(options: RealtimeOptions, queryClient: QueryClient) {
    this.options = options
    this.#queryClient = queryClient
    this.writer = this.#createWriter()
    this.#registry = new Registry(this.clock, () => this.options.closeDelay ?? DEFAULT_CLOSE_DELAY)
    this.#registry.subscribe(() => this.changes.emit())
    this.authority = this.#createAuthority()
  }

  readonly queryClient = (): QueryClient => this.#queryClient

  /** Applies the latest rendered options. */
  configure(options: RealtimeOptions, queryClient: QueryClient): void {
    this.options = options
    this.#queryClient = queryClient
    for (const { value } of this.#registry.entries()) value.reconfigured()
  }

  /**
   * Starts the client. The returned function ends everything, unless the client is mounted again in the same
   * task (StrictMode).
   */
  mount(): () => void {
    this.#mounts++
    const releaseScheduler = holdScheduler()
    return () => {
      this.#mounts--
      releaseScheduler()
      queueMicrotask(() => {
        if (this.#mounts === 0) this.#dispose()
      })
    }
  }

  /** Acquires the connection of a key, as returned by `keyOf`. */
  acquire<Options extends ConnectionOptions>(
    key: string,
    definition: TransportDefinition<Options>,
    options: Options,
  ): Lease<SharedConnection> {
    const general = definition as unknown as TransportDefinition
    return this.#registry.acquire(key, () => new SharedConnection(this, general, options))
  }

  get(key: string): SharedConnection | undefined {
    return this.#registry.get(key)
  }

  /** What identifies a connection: transport, id, URL (unless a function returns it), and what its request carries. */
  keyOf<Options extends ConnectionOptions>(
    definition: TransportDefinition<Options>,
    options: Options,
  ): string {
    const { url, id } = options
    const target = typeof url === 'function' ? null : this.#resolved(url)
    return hashValue([definition.transport, id ?? null, target, definition.identity(options)])
  }

  connections(): readonly { value: SharedConnection; users: number }[] {
    return this.#registry.entries()
  }

  nextId(transport: string): string {
    return `${transport}-${++this.#ids}`
  }

  displayUrl(url: string | URL, transport: TransportName): string {
    try {
      const resolved = resolveUrl(url, this.options.baseUrl)
      return displayUrl(transport === 'socket' ? toSocketUrl(resolved) : resolved)
    } catch {
      return ''
    }
  }

  get maxMessageBytes(): number {
    return this.options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  }

  /** The provider's `fetch`, or the global one. */
  readonly fetch = (): FetchLike => this.options.fetch ?? ((url, init) => fetch(url, init))

  transportEnvironment(maxMessageBytes: number | undefined): ClientTransportEnvironment {
    return {
      clock: this.clock,
      fetch: this.fetch,
      maxMessageBytes: maxMessageBytes ?? this.maxMessageBytes,
      webSocket: () => this.options.webSocket ?? (globalThis as unknown as GlobalWebSocket).WebSocket,
    }
  }

  prepare({
    authority = this.authority,
    refused,
    asked,
    ...plan
  }: PreparationOptions): Promise<PreparedRequest> {
    const { baseUrl, insecureOrigins: insecure = [] } = this.options
    const trusted = this.options.trustedOrigins ?? defaultTrustedOrigins(baseUrl)
    const grant = () => authority.grant(refused, 'refused', asked)
    return prepareRequest({ ...plan, baseUrl, origins: { trusted, insecure }, grant })
  }

  /** The error that a failure is shown as. Provided here, so that a hook does not bundle the failure table. */
  readonly toError = toError

  /** The error for anything thrown by `prepare`. */
  readonly preparationError = (cause: unknown): RealtimeError => toError(preparationFailure(cause))

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
      this.clock.setTimeout(() => {
        throw error
      }, 0)
    }
  }

  #resolved(url: string | URL): string {
    try {
      return resolveUrl(url, this.options.baseUrl).href
    } catch {
      return String(url)
    }
  }

  #createWriter(): Writer {
    return new Writer({
      client: this.queryClient,
      clock: this.clock,
      scheduleFrame,
      batch: notifyInTask,
      guard: call => this.guard(call),
    })
  }

  #createAuthority(): TokenAuthority {
    return createTokenAuthority(() => this.options.getToken, this.clock)
  }

  #dispose(): void {
    // Pending writes may belong to a previous user, whose data the application may have cleared already.
    this.writer.drop()
    this.#registry.disposeAll()
    this.writer.end()
    this.writer = this.#createWriter()
    this.authority.dispose()
    this.authority = this.#createAuthority()
  }
}
