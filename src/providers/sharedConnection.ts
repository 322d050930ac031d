import type { QueryKey } from '@tanstack/react-query'
import { QueryWriter, scheduleFrame } from '../cache/queryWriter.ts'
import { createDispatch, type Dispatch } from '../cache/dispatch.ts'
import { LiveQueries, type LiveQuery } from '../cache/liveQueries.ts'
import { MessageRules, type UserRules } from '../cache/messageRules.ts'
import { Connection } from '../core/connection.ts'
import type { AttemptPlan, ConnectionDriverOptions } from '../core/connectionPorts.ts'
import type { TokenReason } from '../core/connectionState.ts'
import type { ConnectionEvent, GapCause, TransportName } from '../core/events.ts'
import { createTokenAuthority, type TokenAuthority } from '../core/tokens.ts'
import { hashValue } from '../core/hash.ts'
import { refusePromise, withDefaults } from '../core/validation.ts'
import { displayUrl, type PreparedRequest, resolveUrl, toSocketUrl } from '../core/request.ts'
import type { Lease } from '../core/registry.ts'
import type { QueueOptions } from '../core/outbox.ts'
import { warnOfEvent } from '../core/warnOnce.ts'
import { type ConnectionOptions, DEFAULT_MAX_QUERIES, DEFAULT_RECONNECT } from './options.ts'
import { holdScheduler, notifyInTask } from './notifyInTask.ts'
import { platform } from './platform.ts'
import type { ClientConnection, RealtimeClient } from './realtimeClient.ts'
import { type TransportDefinition, transportEnvironment } from './transportDefinition.ts'

/**
 * A connection with its writer to the cache and all its users. Where their options differ, the latest
 * rendered ones apply.
 */
export class SharedConnection implements ClientConnection {
  readonly connection: Connection
  readonly id: string
  readonly transport: TransportName
  readonly liveQueries: LiveQueries
  readonly counters = { unknown: 0, bad: 0 }
  readonly #client: RealtimeClient
  readonly #definition: TransportDefinition
  readonly #rules = new MessageRules()
  readonly #users = new Map<object, ConnectionOptions>()
  readonly #ownAuthority: TokenAuthority
  readonly #asked = (reason: TokenReason) => this.#report({ kind: 'token', reason })
  #latest: ConnectionOptions
  #hasEnded = false
  #driverOptions: ConnectionDriverOptions | undefined
  #isChanged = false
  #isDisposed = false
  /** The queries that users want kept up to date, by the hash of their key. Read once after each round of changes. */
  #sources: ReadonlyMap<string, LiveQuery>

  constructor(client: RealtimeClient, definition: TransportDefinition, options: ConnectionOptions) {
    this.#client = client
    this.#definition = definition
    this.#latest = options
    this.transport = definition.transport
    this.id = options.id ?? client.nextId(definition.transport)
    this.#sources = this.#readSources()
    this.liveQueries = new LiveQueries({
      client: () => client.queryClient,
      writer: writerOf(client),
      clock: client.clock,
      rules: this.#rules,
      sources: () => [...this.#sources.values()],
      since: () => this.connection.inbound.since,
      maxQueries: () => this.#latest.maxQueries ?? client.options.maxQueries ?? DEFAULT_MAX_QUERIES,
      dropped: count => this.#report({ kind: 'queries-dropped', count }),
      outdated: key => this.#report({ kind: 'outdated-response', key }),
      failed: (type, error) => this.#report({ kind: 'handler-error', type, error }),
    })
    this.#ownAuthority = createTokenAuthority(() => this.#latest.getToken, client.clock)
    const report = (event: ConnectionEvent) => this.#report(event)
    const { createChannel } = definition
    this.connection = new Connection({
      clock: client.clock,
      random: () => Math.random(),
      environment: platform,
      transport: definition.createTransport(transportEnvironment(client, options), options),
      options: () => (this.#driverOptions ??= this.#readDriverOptions()),
      prepare: attempt => this.#prepare(attempt),
      renew: former => this.#authority.grant(former, 'expiring', this.#asked),
      deliver: this.#createDispatch(report),
      gap: cause => this.#gap(cause),
      gapSpread: (cause, outage) => this.#gapSpread(cause, outage),
      start: () => this.liveQueries.resumePosition(),
      opened: () => this.liveQueries.onOpen(),
      began: since => this.liveQueries.onPositionKnown(since),
      report,
      createChannel:
        createChannel &&
        (link =>
          createChannel(
            link,
            () => this.#latest,
            () => client.options,
          )),
    })
  }

  #createDispatch(report: (event: ConnectionEvent) => void): Dispatch {
    return createDispatch({
      rules: this.#rules,
      liveQueries: this.liveQueries,
      clock: this.#client.clock,
      settleWithin: () => (this.#latest as { queue?: Partial<QueueOptions> }).queue?.ttl,
      report,
    })
  }

  /** A first user starts over, whatever failed for earlier users. */
  start(): void {
    if (this.connection.getSnapshot().status === 'failed') this.connection.reconnect()
    else this.connection.start()
  }

  dispose(): void {
    this.#isDisposed = true
    this.connection.dispose()
    this.#ownAuthority.dispose()
    this.liveQueries.end()
    this.#hasEnded = true
  }

  /** Omits the query string, which may contain a token. */
  get url(): string {
    const { url } = this.#latest
    if (typeof url === 'function') return ''
    try {
      const resolved = resolveUrl(url, this.#client.options.baseUrl)
      return displayUrl(this.transport === 'socket' ? toSocketUrl(resolved) : resolved)
    } catch {
      return ''
    }
  }

  /** Sets a user's options; that user becomes the latest rendered. */
  configure(user: object, options: ConnectionOptions): void {
    if (this.#latest === options && this.#users.get(user) === options) return
    this.#users.delete(user)
    this.#users.set(user, options)
    // The table knows no types: an app's `Register` may declare any.
    const rules: unknown = options
    this.#rules.set(user, rules as UserRules)
    this.#latest = options
    // Apply the first user's options before the connection reads them.
    if (this.#users.size === 1) this.#apply()
    else this.#changed()
  }

  leave(user: object): void {
    this.#users.delete(user)
    this.#rules.delete(user)
    this.#changed()
  }

  /** The provider's options have changed. */
  reconfigured(): void {
    this.#changed()
  }

  /** All users of one commit change their options in one task, so the results are computed once, after it. */
  #changed(): void {
    this.#driverOptions = undefined
    if (this.#isChanged) return
    this.#isChanged = true
    queueMicrotask(() => this.#apply())
  }

  #apply(): void {
    this.#isChanged = false
    if (this.#isDisposed) return
    this.#latest = [...this.#users.values()].at(-1) ?? this.#latest
    this.#driverOptions = undefined
    const former = this.#sources
    // Without a user, the options of the last users apply until the connection ends.
    if (this.#users.size > 0) this.#sources = this.#readSources()
    const lost = [...former].flatMap(([hash, source]) => (this.#sources.has(hash) ? [] : source))
    const types = this.#rules.settle()
    this.liveQueries.configured()
    this.liveQueries.released(types, lost)
    this.connection.configured()
  }

  #readSources(): ReadonlyMap<string, LiveQuery> {
    const lists = new Set(this.#wanted().map(({ liveQueries }) => liveQueries))
    const sources = [...lists].flatMap((liveQueries = []) => liveQueries.map(toSource))
    return new Map(sources.map(source => [hashValue(source.queryKey), source]))
  }

  #readDriverOptions(): ConnectionDriverOptions {
    const provider = this.#client.options
    const latest = this.#latest
    const { decide, ...times } = withDefaults(DEFAULT_RECONNECT, provider.reconnect, latest.reconnect)
    return {
      times,
      decide,
      hasGetToken: this.#hasGetToken,
      pausesWhenHidden: this.#wanted().every(({ whenHidden }) => whenHidden === 'pause'),
      liveness: this.#definition.liveness(latest, provider),
      recovery: latest.recovery,
      parse: latest.parse,
      isLast: latest.isLast,
      maxMessageBytes: latest.maxMessageBytes ?? this.#client.maxMessageBytes,
    }
  }

  #prepare(attempt: AttemptPlan): Promise<PreparedRequest> {
    const { url, attachToken } = this.#latest
    const { headers, protocols } = this.#definition.request(this.#latest)
    return this.#client.prepare({
      url,
      headers,
      protocols,
      isSocket: this.transport === 'socket',
      attachToken: attachToken ?? this.#client.options.attachToken ?? this.#definition.attachToken,
      authority: this.#authority,
      ...attempt,
      ...(this.#hasGetToken && { asked: this.#asked }),
    })
  }

  get #hasGetToken(): boolean {
    return (this.#latest.getToken ?? this.#client.options.getToken) !== undefined
  }

  get #authority(): TokenAuthority {
    return this.#latest.getToken ? this.#ownAuthority : this.#client.authority
  }

  /** The options of all users; before the first user, the options it was created for. */
  #wanted(): readonly ConnectionOptions[] {
    return this.#users.size > 0 ? [...this.#users.values()] : [this.#latest]
  }

  #gap(cause: GapCause): void {
    const keys = this.liveQueries.invalidateAll()
    this.#report({ kind: 'gap', cause, keys })
    for (const onGap of new Set([...this.#users.values()].map(user => user.onGap))) {
      this.#client.guard(() => onGap?.({ cause, keys }))
    }
  }

  #gapSpread(cause: GapCause, outage: number): number | undefined {
    const { gapSpread } = this.#client.options
    if (typeof gapSpread !== 'function') return gapSpread
    let spread: number | undefined
    this.#client.guard(
      () =>
        (spread = refusePromise(
          gapSpread({ cause, keys: this.liveQueries.staleKeys(), outage }),
          '"gapSpread"',
        )),
    )
    // An invalid value would refetch at once, or never.
    return spread !== undefined && spread >= 0 && spread < Infinity ? spread : undefined
  }

  #report(event: ConnectionEvent): void {
    if (this.#hasEnded) return
    if (event.kind === 'bad-message') this.counters.bad++
    if (event.kind === 'unknown-type') this.counters.unknown++
    // `onMessage` accepts every type.
    if (event.kind !== 'unknown-type' || this.#rules.listeners.length === 0)
      warnOfEvent(event, this.#client.warned)
    this.#client.report({ ...event, connection: { id: this.id, transport: this.transport, url: this.url } })
  }
}

function toSource(entry: QueryKey | LiveQuery): LiveQuery {
  return 'queryKey' in entry ? entry : { queryKey: entry }
}

/** What identifies a connection: transport, id, URL (unless a function returns it), and what its request carries. */
export function connectionKey<Options extends ConnectionOptions>(
  client: RealtimeClient,
  definition: TransportDefinition<Options>,
  options: Options,
): string {
  const { url, id } = options
  const target = typeof url === 'function' ? null : hrefOf(url, client.options.baseUrl)
  return hashValue([definition.transport, id ?? null, target, definition.identity(options)])
}

function hrefOf(url: string | URL, baseUrl: string | undefined): string {
  try {
    return resolveUrl(url, baseUrl).href
  } catch {
    return String(url)
  }
}

/** What a connection is created from. */
export interface ConnectionPlan<Options extends ConnectionOptions = ConnectionOptions> {
  key: string
  definition: TransportDefinition<Options>
  options: Options
}

/** Acquires the connection of a key, as returned by `connectionKey`. */
export function acquireConnection<Options extends ConnectionOptions>(
  client: RealtimeClient,
  { key, definition, options }: ConnectionPlan<Options>,
): Lease<SharedConnection> {
  const general = definition as unknown as TransportDefinition
  return client.connections.acquire(key, () => new SharedConnection(client, general, options))
}

/** The connection of a key, while it exists. */
export function findConnection(client: RealtimeClient, key: string): SharedConnection | undefined {
  return client.connections.get(key) as SharedConnection | undefined
}

/** The writer of a client, created for its first connection. */
function writerOf(client: RealtimeClient): QueryWriter {
  client.cacheAccess ??= {
    writer: new QueryWriter({
      client: () => client.queryClient,
      clock: client.clock,
      scheduleFrame,
      batch: notifyInTask,
      guard: call => client.guard(call),
    }),
    release: holdScheduler(),
  }
  return client.cacheAccess.writer
}
