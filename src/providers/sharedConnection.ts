import { QueryWriter, scheduleFrame } from '../cache/queryWriter.ts'
import { createDispatch, type Dispatch } from '../cache/dispatch.ts'
import { LiveQueries } from '../cache/liveQueries.ts'
import { MessageRules, type UserRules } from '../cache/messageRules.ts'
import { Connection } from '../core/connection.ts'
import type {
  ConnectionDriverOptions,
  ConnectionPorts,
  MessageSink,
  OutboxOptions,
} from '../core/connectionPorts.ts'
import { located } from '../core/located.ts'
import type { ConnectionEvent, GapCause, TransportName } from '../core/events.ts'
import { TokenManager, type TokenReason } from '../core/tokens.ts'
import { refusePromise, withDefaults } from '../core/validation.ts'
import type { RequestPlan } from '../core/request.ts'
import { type Cursor, messageKey } from '../core/envelope.ts'
import type { Subscription } from '../core/correlation.ts'
import type { QueryKey } from '@tanstack/react-query'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import { warnOfEvent, warnOnce } from '../core/warnOnce.ts'
import {
  type ConnectionOptions,
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_MAX_QUERIES,
  DEFAULT_RECONNECT,
} from './options.ts'
import { holdScheduler, notifyInTask } from './notifyInTask.ts'
import { platform } from './platform.ts'
import type { ClientConnection, ClientCore } from './clientCore.ts'
import type { ClientTransportEnvironment, TransportDefinition, TransportPlan } from './transportDefinition.ts'
import { longestSilence } from './watchSilence.ts'

/** Events without trouble for the developer. */
const ROUTINE: ReadonlySet<ConnectionEvent['kind']> = new Set(['status', 'retry', 'gap', 'token', 'sharing'])

/** What components that share a connection have in common. */
export interface SharedConnectionSetup {
  client: ClientCore
  definition: TransportDefinition
  /** Identifies it. */
  key: string
  /** As it is shown, without its query string; '' if a function returns it. */
  url: string
}

/**
 * A connection with its writer to the cache and all its users. Where their options differ, the latest
 * rendered ones apply.
 */
export class SharedConnection implements ClientConnection, MessageSink {
  readonly connection: Connection
  readonly id: string
  readonly transport: TransportName
  readonly liveQueries: LiveQueries
  readonly counters = { unknown: 0, bad: 0 }
  readonly onMessage: Dispatch
  readonly #client: ClientCore
  readonly #definition: TransportDefinition
  readonly #rules = new MessageRules()
  #users = new Map<object, ConnectionOptions>()
  readonly #ownTokens: TokenManager
  readonly #report = (event: ConnectionEvent) => this.onEvent(event)
  readonly #onTokenRequest = (reason: TokenReason) => this.onEvent({ kind: 'token', reason })
  /** The options of the user that rendered last. */
  latest: ConnectionOptions
  /** Without its query string, which may contain a token. */
  readonly url: string
  /** What the options of the connection were last computed from. */
  #inputs: readonly unknown[]
  /** Whether its live queries are known. */
  #isConfigured = false
  #hasEnded = false
  #isChanged = false
  #isDisposed = false

  constructor({ client, definition, key, url }: SharedConnectionSetup, options: ConnectionOptions) {
    this.#client = client
    this.#definition = definition
    this.latest = options
    this.transport = definition.transport
    this.id = options.id ?? `${definition.transport}-${++client.lastId}`
    this.#inputs = this.#readInputs()
    this.url = url
    this.liveQueries = new LiveQueries({
      writer: writerOf(client),
      clock: client.clock,
      rules: this.#rules,
      closeDelay: client.closeDelay,
      since: () => this.connection.position.since,
      report: this.#report,
    })
    this.onMessage = createDispatch({
      rules: this.#rules,
      liveQueries: this.liveQueries,
      clock: client.clock,
      report: this.#report,
    })
    this.#ownTokens = new TokenManager(client.clock)
    const driverOptions = this.#readDriverOptions()
    this.connection = new Connection(this.#createPorts(options, key), driverOptions)
  }

  #createPorts(options: ConnectionOptions, key: string): ConnectionPorts {
    const client = this.#client
    const { createOutbox, createTransport } = this.#definition
    const environment: ClientTransportEnvironment<ConnectionOptions> = {
      latest: () => this.latest,
      clock: client.clock,
      fetch: client.fetch,
      maxMessageBytes: this.#maxMessageBytes,
      webSocket: () => client.options.webSocket ?? (globalThis as unknown as GlobalWebSocket).WebSocket,
    }
    const { share = false, ...provider } = client.options
    const isSlowWhenHidden = () => this.#wanted().every(({ whenHidden }) => whenHidden !== 'stay')
    const own = { key, isSlowWhenHidden, report: this.#report }
    const shareable = { ...this.#definition, options, provider, own }
    const shared = share ? share.worker.bind({ ...shareable, scope: share.scope }, environment) : undefined
    return {
      clock: client.clock,
      random: Math.random,
      platform,
      transport: createTransport({ ...environment, share: shared }, options),
      sink: this,
      createOutbox,
      outboxOptions: () => this.latest as OutboxOptions,
    }
  }

  /** How long a subscription outlives its last user (ms). */
  get closeDelay(): number {
    return this.#client.closeDelay()
  }

  /** Whether a handler decides what messages of this type mean to the cache. */
  hasHandler(type: string): boolean {
    return this.#rules.byType.get(type)?.handler !== undefined
  }

  /** A first user starts over, whatever failed for earlier users. */
  start(): void {
    // Without a user of its own, it is configured for the options it was created with.
    if (!this.#isConfigured) this.#configureLiveQueries([this.latest])
    if (this.connection.snapshot.status === 'failed') this.connection.reconnect()
    else this.connection.start()
  }

  reconnect(): void {
    // The options of the current commit may not have been applied yet.
    if (this.#isChanged) this.#configureConnection()
    this.connection.reconnect()
  }

  dispose(): void {
    this.#isDisposed = true
    this.connection.dispose()
    this.#ownTokens.dispose()
    this.liveQueries.end()
    this.#hasEnded = true
  }

  onOpen(): void {
    this.liveQueries.onOpen()
  }

  onPositionKnown(since: Cursor): void {
    this.liveQueries.onPositionKnown(since)
  }

  onGap(cause: GapCause, subscriptions?: readonly Subscription[]): void {
    const keys = subscriptions ? this.#invalidate(subscriptions) : this.liveQueries.invalidateAll()
    // Nothing can have been missed that a subscription does not cover.
    if (keys.length === 0 && (subscriptions || this.liveQueries.haveOwnGaps?.())) return
    this.onEvent({ kind: 'gap', cause, keys })
    for (const onGap of new Set([...this.#users.values()].map(user => user.onGap))) {
      if (onGap) this.#client.guard(() => onGap({ cause, keys }))
    }
  }

  #invalidate(subscriptions: readonly Subscription[]): readonly QueryKey[] {
    const prefixes = subscriptions.flatMap(({ listeners }) =>
      [...listeners].flatMap(listener => listener.liveQueries()),
    )
    const stale = subscriptions.filter(({ isCurrent, isMissing }) => isMissing || !isCurrent)
    this.liveQueries.invalidateKeys(new Set(stale.map(({ hash }) => hash)), prefixes)
    return [...stale.map(({ type, params }) => messageKey(type, params)), ...prefixes]
  }

  onEvent(event: ConnectionEvent): void {
    const isUnknown = event.kind === 'unknown-type'
    // What this tab does not know may be meant for another one, which has requested or subscribed it.
    if (this.#hasEnded || (isUnknown && this.connection.ports.transport.lastId !== undefined)) return
    if (event.kind === 'bad-message') this.counters.bad++
    if (isUnknown) this.counters.unknown++
    // `onMessage` accepts every type.
    if (!ROUTINE.has(event.kind) && (!isUnknown || this.#rules.listeners.length === 0))
      warnOfEvent(event, this.#client.warned, this)
    if ('error' in event && event.error) located(event.error, this)
    const { id, transport, url } = this
    this.#client.report({ ...event, connection: { id, transport, url } })
  }

  resumePosition(): Cursor | undefined {
    return this.liveQueries.resumePosition()
  }

  /** Sets a user's options; that user becomes the latest rendered. */
  configure(user: object, options: ConnectionOptions): void {
    if (options === this.latest && options === this.#users.get(user)) return
    this.#users.delete(user)
    this.#users.set(user, options)
    this.latest = options
    // Apply the first user's options before the connection reads them.
    if (this.#users.size === 1) this.#apply()
    else this.reconfigured()
  }

  /** Adds a user outside of components. Where options differ, those of components apply. */
  join(user: object, options: ConnectionOptions): void {
    if (this.#users.get(user) === options) return
    const others = [...this.#users].filter(([other]) => other !== user)
    this.#users = new Map([[user, options], ...others])
    if (others.length > 0) return this.reconfigured()
    this.latest = options
    this.#apply()
  }

  leave(user: object): void {
    this.#users.delete(user)
    this.reconfigured()
  }

  /** All users of one commit change their options in one task, so the results are computed once, after it. */
  reconfigured(): void {
    if (this.#isChanged) return
    this.#isChanged = true
    queueMicrotask(() => this.#apply())
  }

  #apply(): void {
    this.#isChanged = false
    if (this.#isDisposed) return
    this.latest = [...this.#users.values()].at(-1) ?? this.latest
    this.#configureLiveQueries([...this.#users.values()])
    this.#configureConnection()
  }

  #configureLiveQueries(users: readonly ConnectionOptions[]): void {
    this.#isConfigured = true
    const lists = new Set(users.map(({ liveQueries }) => liveQueries))
    // The table knows no types: an app's `Register` may declare any.
    const rules: unknown = [...this.#users.values()]
    this.liveQueries.configure({
      // Without a user, the options of the last users apply until the connection ends.
      ...(users.length > 0 && { liveQueries: [...lists].flatMap(list => list ?? []) }),
      maxQueries: this.latest.maxQueries ?? this.#client.options.maxQueries ?? DEFAULT_MAX_QUERIES,
      lostTypes: this.#rules.apply(rules as UserRules[]),
    })
  }

  #configureConnection(): void {
    const inputs = this.#readInputs()
    if (inputs.every((input, index) => input === this.#inputs[index])) return
    this.#inputs = inputs
    this.connection.configure(this.#readDriverOptions())
  }

  get #maxMessageBytes(): number {
    return this.latest.maxMessageBytes ?? this.#client.options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  }

  #readInputs(): readonly unknown[] {
    return [this.latest, this.#client.options, this.#pausesWhenHidden]
  }

  get #pausesWhenHidden(): boolean {
    return this.#wanted().every(({ whenHidden }) => whenHidden === 'pause')
  }

  #readDriverOptions(): ConnectionDriverOptions {
    const provider = this.#client.options
    const latest = this.latest
    const plan = this.#definition.plan(latest, provider)
    const { decide, ...times } = withDefaults(DEFAULT_RECONNECT, provider.reconnect, latest.reconnect)
    this.#checkSilence(plan)
    return {
      request: this.#planRequest(plan),
      times,
      decide,
      hasGetToken: (latest.getToken ?? provider.getToken) !== undefined,
      pausesWhenHidden: this.#pausesWhenHidden,
      heartbeat: plan.heartbeat,
      reauthenticate: plan.reauthenticate,
      recovery: latest.recovery,
      expects: latest.expects,
      parse: latest.parse,
      isLast: latest.isLast,
      maxMessageBytes: this.#maxMessageBytes,
      gapSpread: this.#readGapSpread(),
    }
  }

  /** A healthy connection must not be silent for so long that it counts as a gap. */
  #checkSilence({ heartbeat, silence = heartbeat && longestSilence(heartbeat) }: TransportPlan) {
    const { rememberedFor } = this.latest.recovery ?? {}
    if (rememberedFor === undefined || silence === undefined || silence < rememberedFor) return
    warnOnce(
      this.#client.warned,
      `rememberedFor ${this.id}`,
      () =>
        `the connection ${this.url || this.id} may be silent for ${silence} ms, but recovery.rememberedFor is ${rememberedFor} ms, so silence counts as a gap. Raise it, or lower holdTimeout, silenceTimeout or the heartbeat's interval.`,
    )
  }

  #readGapSpread(): ConnectionDriverOptions['gapSpread'] {
    const { gapSpread } = this.#client.options
    if (typeof gapSpread !== 'function') return gapSpread
    return (cause, outage) => {
      let spread: number | undefined
      const gap = { cause, keys: this.liveQueries.staleKeys(), outage }
      this.#client.guard(() => (spread = refusePromise(gapSpread(gap), '"gapSpread"')))
      // An invalid value would refetch at once, or never.
      return spread !== undefined && spread >= 0 && spread < Infinity ? spread : undefined
    }
  }

  #planRequest(plan: TransportPlan): RequestPlan {
    const { url, getToken, attachToken } = this.latest
    const { options } = this.#client
    return this.#client.planRequest({
      transport: this.#definition,
      url,
      ...plan.request,
      ...(getToken && { getToken, tokens: this.#ownTokens }),
      attachToken: attachToken ?? options.attachToken ?? plan.attachToken,
      ...((getToken ?? options.getToken) && { onTokenRequest: this.#onTokenRequest }),
    })
  }

  /** The options of all users; before the first user, the options it was created for. */
  #wanted(): readonly ConnectionOptions[] {
    return this.#users.size > 0 ? [...this.#users.values()] : [this.latest]
  }
}

interface GlobalWebSocket {
  WebSocket?: WebSocketConstructor
}

/** The writer of a client, created for its first connection. */
function writerOf(client: ClientCore): QueryWriter {
  client.cacheAccess ??= {
    writer: new QueryWriter({
      queryClient: client.queryClient,
      clock: client.clock,
      scheduleFrame,
      batch: notifyInTask,
      onError: error => client.throwLater(error),
    }),
    release: holdScheduler(),
  }
  return client.cacheAccess.writer
}
