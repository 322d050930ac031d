import { type QueryClient, type QueryKey, skipToken } from '@tanstack/react-query'
import type { MessagesOption, MessageType, ResponseOf } from '../cache/messageTypes.ts'
import { observedQueriesOf } from '../cache/observedQueries.ts'
import { subscriptionsOf } from '../cache/subscribedQueries.ts'
import { ConfigurationError, ConnectionLostError } from '../core/errors.ts'
import { hashValue } from '../core/hash.ts'
import type { Status } from '../core/machine.ts'
import type { RequestOptions } from '../core/requests.ts'
import { assertNumbers } from '../core/validation.ts'
import { ClientCore } from './clientCore.ts'
import { type ConnectionFetch, connectionQuery, queryKeyOf } from './connectionQuery.ts'
import { listen, type MessageObserver, type ResponseListener } from './listen.ts'
import type { ConnectionOptions, RealtimeOptions } from './options.ts'
import { requestFetch } from './requestFetch.ts'
import { outboxOf } from './outboxOf.ts'
import type { SharedConnection } from './sharedConnection.ts'
import type {
  ConnectionQueryOptions,
  InitialData,
  SocketQueryOptions,
  SocketRequest,
  SubscriptionOptions,
} from './socketQueryOptions.ts'
import { subscriptionFetch } from './subscriptionFetch.ts'
import { definitionOf, type TwoWayOptions } from './twoWayOptions.ts'
import { assertUsable, type ConnectionAccess, identify, WantedConnection } from './wantedConnection.ts'

/** The options of `RealtimeClient`: those of `RealtimeProvider`, and a `QueryClient`. */
export interface RealtimeClientOptions extends RealtimeOptions {
  /** Its cache receives the messages. */
  queryClient: QueryClient
}

/**
 * Calls `task` with the connection. Rejects with the reason if the connection fails permanently: outside of components, no
 * `status` shows it.
 */
async function withCause<Result>(
  wanted: WantedConnection,
  task: (shared: SharedConnection) => Promise<Result>,
): Promise<Result> {
  return wanted.withConnection(async shared => {
    try {
      return await task(shared)
    } catch (error) {
      const { status, error: cause } = shared.connection.snapshot
      throw status === 'failed' && cause && error instanceof ConnectionLostError ? cause : error
    }
  })
}

function createCore({ queryClient, ...options }: RealtimeClientOptions): ClientCore {
  if (!(queryClient as unknown)) throw new ConfigurationError('A RealtimeClient needs a "queryClient".')
  return new ClientCore(options, queryClient)
}

/** How a query over a connection is fetched and kept live. */
interface QueryPlan {
  how: ConnectionFetch
  /** Starts what keeps the query live, besides the connection. */
  follow?: (shared: SharedConnection) => () => void
  liveQueries?: readonly QueryKey[]
}

/** How long `send` waits for a connection by default (ms). */
const DEFAULT_TTL = 30_000

/** In these states, queued data has been sent or dropped. */
const SETTLED: ReadonlySet<Status> = new Set(['open', 'closed', 'failed'])

/**
 * Sends, requests and subscribes outside of components: in router loaders, stores, scripts and tests. Each call shares the
 * connection while it needs it, and for `closeDelay` afterwards. Pass the client to `<RealtimeProvider client={client}>` to share
 * connections with components. Create one client per user, and on a server one per request.
 *
 * ```ts
 * const client = new RealtimeClient({ queryClient, baseUrl: 'https://api.example.com' })
 * const order = await client.request(market, { type: 'order.place', params: { symbol: 'BTC', amount: 1 } })
 * ```
 *
 * Its functions may be destructured.
 *
 * @throws ConfigurationError for an invalid option.
 */
export class RealtimeClient {
  readonly #core: ClientCore
  readonly #connections = new Map<
    string,
    { owner: { options: ConnectionOptions }; wanted: WantedConnection }
  >()
  readonly #identities = new WeakMap<object, ReturnType<typeof identify> & { baseUrl: string | undefined }>()

  constructor(options: RealtimeClientOptions) {
    this.#core = options instanceof ClientCore ? options : createCore(options)
    this.#core.serve(this)
    this.send = this.send.bind(this)
    this.request = this.request.bind(this)
    this.subscribe = this.subscribe.bind(this)
    this.queryOptions = this.queryOptions.bind(this)
    this.subscriptionOptions = this.subscriptionOptions.bind(this)
    this.dispose = this.dispose.bind(this)
  }

  /**
   * Sends strings and binary data as they are, anything else through `serialize`. While the connection is not open, it
   * queues data, up to `queue.limit` (100) and for `queue.ttl` (30,000 ms). Returns `false` if the data was not accepted.
   *
   * @throws ConfigurationError for data that cannot be sent, and after `dispose()`.
   */
  send<Schemas extends object, Responses extends object>(
    socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
    data: unknown,
  ): boolean {
    assertUsable(this.#core)
    if (socket.enabled === false) return false
    const { value: shared, release } = this.#wanted(socket as TwoWayOptions).hold()
    let isAccepted = false
    try {
      isAccepted = outboxOf(shared).send(data)
    } finally {
      if (isAccepted) this.#releaseOnceSent(shared, release)
      else release()
    }
    return isAccepted
  }

  /**
   * Sends `{ type, params, id }`, one frame for each call, and resolves with the reply's `response`. It waits for the
   * connection and the reply, for at most `timeout` (10,000 ms).
   *
   * Rejects with a `RequestError` (the server refused), a `RequestTimeoutError`, a `ConnectionLostError`, the error of a
   * connection that has failed permanently, the reason of `signal`, or after `dispose()` with a `ConfigurationError`.
   */
  async request<
    const Type extends MessageType<Schemas>,
    Schemas extends object,
    Responses extends object = object,
  >(
    socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
    request: SocketRequest<Type, Schemas>,
    options?: RequestOptions,
  ): Promise<ResponseOf<Type, Schemas>> {
    if (socket.enabled === false) throw new ConnectionLostError('The connection is not enabled.')
    const answer = (shared: SharedConnection) => outboxOf(shared).request(request, options)
    return withCause(this.#wanted(socket as TwoWayOptions), answer) as Promise<ResponseOf<Type, Schemas>>
  }

  /**
   * Subscribes to a key, as `useSubscription` does, and calls `listener` with the response of each of its messages, until the
   * returned function is called. If the key is already subscribed, `listener` first gets the last response.
   * Pass an object to handle errors and the end, too.
   *
   * @throws ConfigurationError after `dispose()`.
   */
  subscribe<
    const Type extends MessageType<Schemas>,
    Schemas extends object,
    Responses extends object = object,
  >(
    socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
    { type, params }: SocketRequest<Type, Schemas>,
    listener: ResponseListener<Type, Schemas> | MessageObserver<Type, Schemas>,
  ): () => void {
    assertUsable(this.#core)
    if (socket.enabled === false) return () => undefined
    const { value: shared, release } = this.#wanted(socket as TwoWayOptions).hold()
    const observer: object = typeof listener === 'function' ? { onData: listener } : listener
    const stop = listen(shared, { type, params }, observer)
    return () => {
      stop()
      release()
    }
  }

  /**
   * The options of a query that sends a request, as `useSocketQuery` does: for `prefetchQuery`, `ensureQueryData`,
   * `useSuspenseQuery`, `useQueries` and the like. While a component reads the query, it is live. Data that a loader has
   * fetched is current for `closeDelay`, and longer if a component reads it by then.
   *
   * ```ts
   * const price = (symbol: string) => client.queryOptions(market, { type: 'price', params: { symbol } })
   * await queryClient.ensureQueryData(price('BTC'))
   * ```
   */
  queryOptions<
    const Type extends MessageType<Schemas>,
    Schemas extends object,
    Responses extends object,
    Data = ResponseOf<Type, Schemas>,
  >(
    socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
    options: SocketQueryOptions<Type, Schemas, Data> & InitialData<ResponseOf<Type, Schemas>>,
  ): ConnectionQueryOptions<Type, Schemas, Data> & InitialData<ResponseOf<Type, Schemas>>
  queryOptions<
    const Type extends MessageType<Schemas>,
    Schemas extends object,
    Responses extends object,
    Data = ResponseOf<Type, Schemas>,
  >(
    socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
    options: SocketQueryOptions<Type, Schemas, Data>,
  ): ConnectionQueryOptions<Type, Schemas, Data>
  queryOptions(
    socket: TwoWayOptions,
    { timeout, ...options }: SocketQueryOptions<string>,
  ): ConnectionQueryOptions<string> {
    assertNumbers({ timeout })
    const { type, params } = options
    return this.#query(socket, options, { how: requestFetch({ type, params }, timeout) })
  }

  /**
   * The options of a query that subscribes, as `useSubscription` does. It is subscribed while it is fetched and while a
   * component reads it, and for `closeDelay` afterwards.
   */
  subscriptionOptions<
    const Type extends MessageType<Schemas>,
    Schemas extends object,
    Responses extends object,
    Data = ResponseOf<Type, Schemas>,
  >(
    socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
    options: SubscriptionOptions<Type, Schemas, Data>,
  ): ConnectionQueryOptions<Type, Schemas, Data>
  subscriptionOptions(
    socket: TwoWayOptions,
    { liveQueries = [], ...options }: SubscriptionOptions<string>,
  ): ConnectionQueryOptions<string> {
    const { type, params } = options
    const listener = { liveQueries: () => liveQueries, onComplete: () => undefined }
    return this.#query(socket, options, {
      liveQueries,
      how: subscriptionFetch({ type, params }),
      follow: shared => subscriptionsOf(shared).acquire({ type, params }, listener),
    })
  }

  /** Closes all connections permanently. Later calls fail. */
  dispose(): void {
    this.#core.end()
    this.#connections.clear()
  }

  #query(
    socket: TwoWayOptions,
    { type, params, ...options }: SocketQueryOptions<string>,
    { how, follow, liveQueries }: QueryPlan,
  ): ConnectionQueryOptions<string> {
    const { queryClient } = this.#core
    const queryKey = queryKeyOf(type, params)
    const isSkipped = params === skipToken || socket.enabled === false
    const wanted = this.#wanted(socket)
    const access: ConnectionAccess = {
      find: () => wanted.find(),
      withConnection: task => withCause(wanted, task),
    }
    const plan = { queryKey, access, how, isSkipped }
    const { hasStaleTime, ...decided } = connectionQuery(queryClient, plan, options)
    const join = () => {
      const { value: shared, release } = wanted.hold()
      const undo = [shared.liveQueries.addReader(queryKey, hasStaleTime), follow?.(shared), release]
      return () => undo.forEach(call => call?.())
    }
    if (decided.queryFn !== skipToken)
      observedQueriesOf(queryClient.getQueryCache()).add(decided.queryFn, {
        id: hashValue([wanted.key, queryKey, hasStaleTime, liveQueries ?? null]),
        owner: this,
        start: () => this.#whileUsable(join),
        refresh: () => wanted.refresh(),
      })
    return { ...options, ...decided } as ConnectionQueryOptions<string>
  }

  /** Calls `join` unless the client has ended. */
  #whileUsable(join: () => () => void): () => void {
    const core = this.#core
    let leave: (() => void) | undefined
    let hasLeft = false
    const start = () => {
      if (!hasLeft && !core.isDisposed) leave = join()
    }
    // When <Activity> shows a tree again, the effects of a component run before those of its provider.
    if (core.isDisposed) queueMicrotask(start)
    else start()
    return () => {
      hasLeft = true
      leave?.()
    }
  }

  /** This client's use of a connection. All calls together count as one user. */
  #wanted(socket: TwoWayOptions): WantedConnection {
    const options = socket as ConnectionOptions
    const definition = definitionOf(socket)
    const { baseUrl } = this.#core.options
    let identity = this.#identities.get(socket)
    if (!identity || identity.baseUrl !== baseUrl) {
      identity = { ...identify(definition, options, baseUrl), baseUrl }
      this.#identities.set(socket, identity)
    }
    const { key, url } = identity
    const known = this.#connections.get(key)
    if (known) {
      known.owner.options = options
      return known.wanted
    }
    const owner = { options }
    const wanted = new WantedConnection(owner, { client: this.#core, definition, key, url, isEnabled: true })
    this.#connections.set(key, { owner, wanted })
    return wanted
  }

  /** Keeps a connection until it has opened and sent the queued data. */
  #releaseOnceSent(shared: SharedConnection, release: () => void): void {
    const { connection, latest } = shared
    if (SETTLED.has(connection.snapshot.status)) return release()
    const { clock } = this.#core
    const { ttl = DEFAULT_TTL } = (latest as { queue?: { ttl?: number } }).queue ?? {}
    const end = () => {
      unsubscribe()
      clock.clearTimeout(timer)
      release()
    }
    const unsubscribe = connection.subscribe(({ status }) => SETTLED.has(status) && end())
    const timer = clock.setTimeout(end, ttl)
  }
}

/** The client of a core. Each call returns the same one. */
export function clientOf(core: ClientCore): RealtimeClient {
  return (core.client as RealtimeClient | undefined) ?? new RealtimeClient(core as never)
}
