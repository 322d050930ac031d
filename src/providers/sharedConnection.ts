import type { QueryKey } from '@tanstack/react-query'
import { createDispatch } from '../cache/dispatch.ts'
import { Feed, type FeedSource } from '../cache/feed.ts'
import { MessageTable } from '../cache/messageTable.ts'
import { Connection } from '../core/connection.ts'
import type {
  AttemptPlan,
  Channel,
  ChannelLink,
  ConnectionDriverOptions,
  LivenessPlan,
} from '../core/connectionSetup.ts'
import type { TokenReason } from '../core/connectionState.ts'
import type { ConnectionEvent, GapCause, Technique } from '../core/events.ts'
import type { AttachToken } from '../core/attachToken.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { PreparedRequest } from '../core/prepareRequest.ts'
import type { Shared } from '../core/registry.ts'
import { createTokenAuthority, type TokenAuthority } from '../core/tokenAuthority.ts'
import type { Transport } from '../core/transport.ts'
import { warnOfEvent } from '../core/warnOnce.ts'
import type { ConnectionOptions } from './connectionOptions.ts'
import type { ConnectionHost, TechniqueEnvironment } from './connectionHost.ts'
import { DEFAULT_RECONNECT, type RealtimeOptions } from './realtimeOptions.ts'

/** A technique, as its hook brings it along, so that an application carries only the transports that it uses. */
export interface TechniqueDefinition<Options extends ConnectionOptions = ConnectionOptions> {
  technique: Technique
  /** Used where neither the hook nor the provider names a way. */
  attachToken: AttachToken
  /** What else tells two connections apart, by value. */
  identity(options: Options): unknown
  /** What a request carries from the start. */
  request(options: Options): {
    headers?: HeadersOption | undefined
    protocols?: readonly string[] | undefined
  }
  createTransport(environment: TechniqueEnvironment, options: Options): Transport
  createChannel?(link: ChannelLink, options: () => Options, provider: () => RealtimeOptions): Channel
  liveness(options: Options, provider: RealtimeOptions): LivenessPlan | undefined
}

/** A connection with its way into the cache and all who use it. Where they differ, the latest rendered wins. */
export class SharedConnection implements Shared {
  readonly connection: Connection
  readonly id: string
  readonly technique: Technique
  readonly feed: Feed
  readonly counters = { unknown: 0, bad: 0 }
  readonly #host: ConnectionHost
  readonly #definition: TechniqueDefinition
  readonly #table = new MessageTable()
  readonly #users = new Map<object, ConnectionOptions>()
  readonly #ownAuthority: TokenAuthority
  readonly #asked = (reason: TokenReason) => this.#report({ kind: 'token', reason })
  #latest: ConnectionOptions
  #driverOptions: ConnectionDriverOptions | undefined

  constructor(host: ConnectionHost, definition: TechniqueDefinition, options: ConnectionOptions) {
    this.#host = host
    this.#definition = definition
    this.#latest = options
    this.technique = definition.technique
    this.id = options.id ?? host.nextId(definition.technique)
    this.feed = new Feed({
      client: host.queryClient,
      writer: host.writer,
      clock: host.clock,
      table: this.#table,
      sources: () => this.#wanted().flatMap(({ feeds = [] }) => feeds.map(toSource)),
      since: () => this.connection.inbound.since,
    })
    this.#ownAuthority = createTokenAuthority(() => this.#latest.getToken, host.clock)
    const report = (event: ConnectionEvent) => this.#report(event)
    const { createChannel } = definition
    this.connection = new Connection({
      clock: host.clock,
      random: host.random,
      environment: host.environment,
      transport: definition.createTransport(host.techniqueEnvironment(options.maxMessageBytes), options),
      options: () => (this.#driverOptions ??= this.#readDriverOptions()),
      prepare: attempt => this.#prepare(attempt),
      renew: former => this.#authority.grant(former, 'expiring', this.#asked),
      deliver: createDispatch({ table: this.#table, feed: this.feed, report }),
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

  start(): void {
    this.connection.start()
  }

  dispose(): void {
    this.connection.dispose()
    this.#ownAuthority.dispose()
    this.feed.end()
  }

  /** Without query, where a token may stand. */
  get url(): string {
    const { url } = this.#latest
    return typeof url === 'function' ? '' : this.#host.displayUrl(url, this.technique)
  }

  /** Sets what a user wants; it becomes the latest rendered. */
  configure(user: object, options: ConnectionOptions): void {
    if (this.#latest === options && this.#users.get(user) === options) return
    this.#users.delete(user)
    this.#users.set(user, options)
    this.#table.set(user, options)
    this.#use(options)
  }

  leave(user: object): void {
    this.#users.delete(user)
    this.#table.delete(user)
    const last = [...this.#users.values()].at(-1)
    if (last) this.#use(last)
  }

  /** The provider's options have changed. */
  reconfigured(): void {
    this.#driverOptions = undefined
    this.feed.configured()
    this.connection.configured()
  }

  #use(options: ConnectionOptions): void {
    this.#latest = options
    this.#driverOptions = undefined
    this.feed.configured()
    this.connection.configured()
  }

  #readDriverOptions(): ConnectionDriverOptions {
    const provider = this.#host.options
    const latest = this.#latest
    const { decide, ...times } = { ...DEFAULT_RECONNECT, ...provider.reconnect, ...latest.reconnect }
    return {
      times,
      decide,
      hasGetToken: this.#hasGetToken,
      pausesWhenHidden: this.#wanted().every(({ whenHidden }) => whenHidden === 'pause'),
      liveness: this.#definition.liveness(latest, provider),
      recovery: latest.recovery,
      parse: latest.parse,
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
      isSocket: this.technique === 'socket',
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

  /** The options of all users; before the first is there, those it was made for. */
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
    this.#host.guard(() => (spread = gapSpread({ cause, keys: this.feed.keys(), outage })))
    // What makes no sense would fetch at once, or never.
    return spread !== undefined && spread >= 0 && spread < Infinity ? spread : undefined
  }

  #report(event: ConnectionEvent): void {
    if (event.kind === 'bad-message') this.counters.bad++
    if (event.kind === 'unknown-type') this.counters.unknown++
    // `onMessage` takes every type.
    if (event.kind !== 'unknown-type' || this.#table.listeners.length === 0)
      warnOfEvent(event, this.#host.warned)
    this.#host.report({ ...event, connection: { id: this.id, technique: this.technique, url: this.url } })
  }
}

function toSource(entry: QueryKey | FeedSource): FeedSource {
  return 'queryKey' in entry ? entry : { queryKey: entry }
}
