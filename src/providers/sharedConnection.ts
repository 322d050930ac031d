import type { QueryKey } from '@tanstack/react-query'
import { createDispatch, type Dispatch } from '../cache/dispatch.ts'
import { Feed, type LiveQuery } from '../cache/liveQueries.ts'
import { type MessageRules, MessageTable } from '../cache/messageRules.ts'
import { Connection } from '../core/connection.ts'
import type {
  AttemptPlan,
  Channel,
  ChannelLink,
  ConnectionDriverOptions,
  LivenessPlan,
} from '../core/connectionPorts.ts'
import type { TokenReason } from '../core/connectionState.ts'
import type { ConnectionEvent, GapCause, TransportName } from '../core/events.ts'
import { type AttachToken, createTokenAuthority, type TokenAuthority } from '../core/tokens.ts'
import type { HeadersOption } from '../core/headers.ts'
import { hashValue } from '../core/hash.ts'
import { refusePromise, withDefaults } from '../core/validation.ts'
import type { PreparedRequest } from '../core/request.ts'
import type { Shared } from '../core/registry.ts'
import type { QueueOptions } from '../core/outbox.ts'
import type { Transport } from '../core/transport.ts'
import { warnOfEvent } from '../core/warnOnce.ts'
import {
  type ConnectionOptions,
  DEFAULT_MAX_QUERIES,
  DEFAULT_RECONNECT,
  type RealtimeOptions,
} from './options.ts'
import type { ConnectionHost, ClientTransportEnvironment } from './connectionHost.ts'

/** A transport. Each hook imports its own, so that an application bundles only the transports that it uses. */
export interface TransportDefinition<Options extends ConnectionOptions = ConnectionOptions> {
  transport: TransportName
  /** Used if neither the hook nor the provider sets one. */
  attachToken: AttachToken
  /** What else identifies a connection, compared by value. */
  identity(options: Options): unknown
  /** What a request carries from the start. */
  request(options: Options): {
    headers?: HeadersOption | undefined
    protocols?: readonly string[] | undefined
  }
  createTransport(environment: ClientTransportEnvironment, options: Options): Transport
  createChannel?(link: ChannelLink, options: () => Options, provider: () => RealtimeOptions): Channel
  liveness(options: Options, provider: RealtimeOptions): LivenessPlan | undefined
}

/**
 * A connection with its writer to the cache and all its users. Where their options differ, the latest
 * rendered ones apply.
 */
export class SharedConnection implements Shared {
  readonly connection: Connection
  readonly id: string
  readonly transport: TransportName
  readonly feed: Feed
  readonly counters = { unknown: 0, bad: 0 }
  readonly #host: ConnectionHost
  readonly #definition: TransportDefinition
  readonly #table = new MessageTable()
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

  constructor(host: ConnectionHost, definition: TransportDefinition, options: ConnectionOptions) {
    this.#host = host
    this.#definition = definition
    this.#latest = options
    this.transport = definition.transport
    this.id = options.id ?? host.nextId(definition.transport)
    this.#sources = this.#readSources()
    this.feed = new Feed({
      client: host.queryClient,
      writer: host.writer,
      clock: host.clock,
      table: this.#table,
      sources: () => [...this.#sources.values()],
      since: () => this.connection.inbound.since,
      maxQueries: () => this.#latest.maxQueries ?? host.options.maxQueries ?? DEFAULT_MAX_QUERIES,
      dropped: count => this.#report({ kind: 'queries-dropped', count }),
      outdated: key => this.#report({ kind: 'outdated-response', key }),
      failed: (type, error) => this.#report({ kind: 'handler-error', type, error }),
    })
    this.#ownAuthority = createTokenAuthority(() => this.#latest.getToken, host.clock)
    const report = (event: ConnectionEvent) => this.#report(event)
    const { createChannel } = definition
    this.connection = new Connection({
      clock: host.clock,
      random: host.random,
      environment: host.environment,
      transport: definition.createTransport(host.transportEnvironment(options.maxMessageBytes), options),
      options: () => (this.#driverOptions ??= this.#readDriverOptions()),
      prepare: attempt => this.#prepare(attempt),
      renew: former => this.#authority.grant(former, 'expiring', this.#asked),
      deliver: this.#createDispatch(report),
      gap: cause => this.#gap(cause),
      gapSpread: (cause, outage) => this.#gapSpread(cause, outage),
      start: () => this.feed.start(),
      opened: () => this.feed.opened(),
      began: since => this.feed.began(since),
      report,
      createChannel:
        createChannel &&
        (link =>
          createChannel(
            link,
            () => this.#latest,
            () => host.options,
          )),
    })
  }

  #createDispatch(report: (event: ConnectionEvent) => void): Dispatch {
    return createDispatch({
      table: this.#table,
      feed: this.feed,
      clock: this.#host.clock,
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
    this.feed.end()
    this.#hasEnded = true
  }

  /** Omits the query string, which may contain a token. */
  get url(): string {
    const { url } = this.#latest
    return typeof url === 'function' ? '' : this.#host.displayUrl(url, this.transport)
  }

  /** Sets a user's options; that user becomes the latest rendered. */
  configure(user: object, options: ConnectionOptions): void {
    if (this.#latest === options && this.#users.get(user) === options) return
    this.#users.delete(user)
    this.#users.set(user, options)
    // The table knows no types: an app's `Register` may declare any.
    const rules: unknown = options
    this.#table.set(user, rules as MessageRules)
    this.#latest = options
    // Apply the first user's options before the connection reads them.
    if (this.#users.size === 1) this.#apply()
    else this.#changed()
  }

  leave(user: object): void {
    this.#users.delete(user)
    this.#table.delete(user)
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
    const types = this.#table.settle()
    this.feed.configured()
    this.feed.released(types, lost)
    this.connection.configured()
  }

  #readSources(): ReadonlyMap<string, LiveQuery> {
    const lists = new Set(this.#wanted().map(({ liveQueries }) => liveQueries))
    const sources = [...lists].flatMap((liveQueries = []) => liveQueries.map(toSource))
    return new Map(sources.map(source => [hashValue(source.queryKey), source]))
  }

  #readDriverOptions(): ConnectionDriverOptions {
    const provider = this.#host.options
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
      maxMessageBytes: latest.maxMessageBytes ?? this.#host.maxMessageBytes,
    }
  }

  #prepare(attempt: AttemptPlan): Promise<PreparedRequest> {
    const { url, attachToken } = this.#latest
    const { headers, protocols } = this.#definition.request(this.#latest)
    return this.#host.prepare({
      url,
      headers,
      protocols,
      isSocket: this.transport === 'socket',
      attachToken: attachToken ?? this.#host.options.attachToken ?? this.#definition.attachToken,
      authority: this.#authority,
      ...attempt,
      ...(this.#hasGetToken && { asked: this.#asked }),
    })
  }

  get #hasGetToken(): boolean {
    return (this.#latest.getToken ?? this.#host.options.getToken) !== undefined
  }

  get #authority(): TokenAuthority {
    return this.#latest.getToken ? this.#ownAuthority : this.#host.authority
  }

  /** The options of all users; before the first user, the options it was created for. */
  #wanted(): readonly ConnectionOptions[] {
    return this.#users.size > 0 ? [...this.#users.values()] : [this.#latest]
  }

  #gap(cause: GapCause): void {
    const keys = this.feed.invalidateAll()
    this.#report({ kind: 'gap', cause, keys })
    for (const onGap of new Set([...this.#users.values()].map(user => user.onGap))) {
      this.#host.guard(() => onGap?.({ cause, keys }))
    }
  }

  #gapSpread(cause: GapCause, outage: number): number | undefined {
    const { gapSpread } = this.#host.options
    if (typeof gapSpread !== 'function') return gapSpread
    let spread: number | undefined
    this.#host.guard(
      () => (spread = refusePromise(gapSpread({ cause, keys: this.feed.keys(), outage }), '"gapSpread"')),
    )
    // An invalid value would refetch at once, or never.
    return spread !== undefined && spread >= 0 && spread < Infinity ? spread : undefined
  }

  #report(event: ConnectionEvent): void {
    if (this.#hasEnded) return
    if (event.kind === 'bad-message') this.counters.bad++
    if (event.kind === 'unknown-type') this.counters.unknown++
    // `onMessage` accepts every type.
    if (event.kind !== 'unknown-type' || this.#table.listeners.length === 0)
      warnOfEvent(event, this.#host.warned)
    this.#host.report({ ...event, connection: { id: this.id, transport: this.transport, url: this.url } })
  }
}

function toSource(entry: QueryKey | LiveQuery): LiveQuery {
  return 'queryKey' in entry ? entry : { queryKey: entry }
}
