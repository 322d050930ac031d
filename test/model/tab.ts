import { QueryObserver } from '@tanstack/react-query'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { UserRules } from '../../src/cache/messageRules.ts'
import { Connection } from '../../src/core/connection.ts'
import type { ConnectionTransport } from '../../src/core/connectionPorts.ts'
import type { ConnectionEvent, GapCause } from '../../src/core/events.ts'
import type { Clock, TimerHandle } from '../../src/core/platform.ts'
import { WEB_SOCKET } from '../../src/core/socketTransport.ts'
import type { Recovery } from '../../src/core/streamPosition.ts'
import type { TransportRequest } from '../../src/core/transport.ts'
import { WorkerLink } from '../../src/core/workerLink.ts'
import { createWorkerTransport } from '../../src/core/workerTransport.ts'
import { DEFAULT_RECONNECT } from '../../src/providers/options.ts'
import { createSocketSource } from '../../src/worker/socketSource.ts'
import { FakeEnvironment } from '../support/connectionHarness.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { RULES, SOURCES } from './modelSession.ts'
import type { Frame, TabsServer } from './tabsServer.ts'
import type { Line, TabsWorker } from './tabsWorker.ts'

export const TAB_KEYS = [
  ['entity', { k: 0 }],
  ['entity', { k: 1 }],
  ['rows'],
  ['notes'],
  ['journal'],
] as const

/** Another version of the application: it fetches where the first one writes. */
const OTHER_RULES = {
  messages: RULES.messages,
  on: {
    'row.changed': (_message, cache) => cache.invalidateQueries(['rows']),
    'row.removed': RULES.on['row.removed'],
    note: (_message, cache) => cache.invalidateQueries(['notes']),
    line: RULES.on.line,
  },
} satisfies UserRules

const RECOVERY: Recovery = {
  cursor: ({ epoch, seq, type, response }) => {
    if (type === 'welcome') return response as { epoch: number; seq: number }
    return seq === undefined ? undefined : { epoch, seq }
  },
  attach: (request, cursor) => ({
    ...request,
    url: `${request.url}?cursor=${encodeURIComponent(JSON.stringify(cursor))}`,
  }),
  resumed: message =>
    message.type === 'welcome' ? (message as never as { resumed: boolean }).resumed : undefined,
}

interface TabParts {
  clock: Clock
  random(): number
  server: TabsServer
  worker: TabsWorker
  hasRecovery: boolean
  isOther: boolean
}

interface PendingFetch {
  key: readonly unknown[]
  found?: { data: unknown }
  resolve(data: unknown): void
}

/** A tab with the real cache, connection and line to the worker. */
export class Tab {
  readonly gaps: GapCause[] = []
  readonly events: ConnectionEvent[] = []
  /** It runs nothing now, though it has not let go of its connection. */
  isBusy = false
  #isFrozen = false
  #isGone = false
  #line: Line | undefined
  readonly #late: (() => void)[] = []
  readonly #fetches: PendingFetch[] = []
  readonly #frames: (() => void)[] = []
  readonly #environment = new FakeEnvironment()
  readonly #identity = {}
  readonly #parts: TabParts
  readonly #cache: ReturnType<typeof setUpCache>
  readonly #connection: Connection
  readonly #liveQueries: ReturnType<ReturnType<typeof setUpCache>['createLiveQueries']>

  constructor(parts: TabParts) {
    this.#parts = parts
    const clock = this.#createClock()
    const cache = (this.#cache = setUpCache({
      clock,
      scheduleFrame: callback => void this.#frames.push(callback),
    }))
    cache.client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
    cache.rules.apply([parts.isOther ? OTHER_RULES : RULES])
    this.#connection = this.#createConnection(clock)
    this.#liveQueries = cache.createLiveQueries({ since: () => this.#connection.position.since })
    this.#liveQueries.configure({ liveQueries: SOURCES, maxQueries: 10_000 })
    for (const queryKey of TAB_KEYS) {
      const queryFn = () =>
        new Promise(resolve => {
          this.#fetches.push({ key: queryKey, resolve })
        })
      new QueryObserver(cache.client, { queryKey, queryFn, staleTime: Infinity }).subscribe(() => undefined)
    }
    this.#connection.start()
  }

  /** Whether it runs. */
  get #isRunning(): boolean {
    return !this.isBusy && !this.#isFrozen && !this.#isGone
  }

  read(count: number): void {
    if (this.#isRunning) this.#line?.passToTab(count)
  }

  send(count: number): void {
    this.#line?.passToWorker(count)
  }

  /** Whether nothing is in transit between it and the worker. */
  get isQuiet(): boolean {
    return !this.#line || (this.#line.toTab.length === 0 && this.#line.toWorker.length === 0)
  }

  /** A page that was busy runs its timers first, and then reads its messages. */
  setBusy(isBusy: boolean): void {
    this.isBusy = isBusy && !this.#isFrozen
    this.#catchUp()
  }

  setFrozen(isFrozen: boolean): void {
    if (isFrozen === this.#isFrozen || this.isBusy) return
    if (isFrozen) this.#environment.hints.emit('frozen')
    this.#isFrozen = isFrozen
    this.#catchUp()
    if (!isFrozen) this.#environment.hints.emit('thawed')
  }

  setHidden(isHidden: boolean): void {
    if (!this.#isRunning) return
    this.#environment.hidden = isHidden
    this.#environment.hints.emit(isHidden ? 'hidden' : 'visible')
  }

  /** The server looks up a fetch now, and its response arrives later. */
  lookUp(): void {
    const fetch = this.#fetches.find(({ found }) => !found)
    if (fetch) fetch.found = { data: structuredClone(this.#parts.server.read(fetch.key)) }
  }

  answer(): boolean {
    if (!this.#isRunning) return false
    this.lookUp()
    const fetch = this.#fetches.shift()
    fetch?.resolve(fetch.found?.data)
    return fetch !== undefined
  }

  drawFrame(): void {
    if (this.#isRunning) for (const callback of this.#frames.splice(0)) callback()
  }

  get isDirect(): boolean {
    return this.events.some(event => event.kind === 'sharing' && !event.isActive)
  }

  cached(key: readonly unknown[]): unknown {
    return this.#cache.client.getQueryData(key)
  }

  /** Fetches what has failed or is stale. */
  refetchStale(): void {
    for (const queryKey of TAB_KEYS) {
      const state = this.#cache.client.getQueryState(queryKey)
      if (state?.status !== 'success' || state.isInvalidated)
        void this.#cache.client.refetchQueries({ queryKey })
    }
  }

  /** The tab is killed: nothing of it runs any more, and no other tab notices. */
  end(): void {
    this.#isGone = true
    this.#line = undefined
    this.#parts.worker.locks.end(this.#identity)
    this.#parts.server.endSocketsOf(this)
    this.#connection.dispose()
    this.#liveQueries.end()
    this.#cache.client.clear()
  }

  #catchUp(): void {
    if (this.#isRunning) for (const callback of this.#late.splice(0)) callback()
  }

  /** The timers of a tab that does not run are late. */
  #createClock(): Clock {
    const { clock } = this.#parts
    const cleared = new Set<TimerHandle>()
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      setTimeout: (callback, delay) => {
        const fire = () => {
          if (!cleared.has(handle)) callback()
        }
        const handle = clock.setTimeout(() => {
          if (this.#isRunning) fire()
          else this.#late.push(fire)
        }, delay)
        return handle
      },
      clearTimeout: handle => {
        clock.clearTimeout(handle)
        if (handle !== undefined) cleared.add(handle)
      },
    }
  }

  #createConnection(clock: Clock): Connection {
    const { rules } = this.#cache
    const liveQueries = () => this.#liveQueries
    const request = {
      transport: WEB_SOCKET,
      url: 'ws://host/',
      attachToken: (given: TransportRequest) => given,
      tokens: { getToken: () => Promise.resolve({ token: null, isRefreshed: false }) },
      origins: { trusted: [], insecure: [] },
    }
    const options = {
      request,
      times: { ...DEFAULT_RECONNECT, minDelay: 500 },
      hasGetToken: false,
      pausesWhenHidden: false,
      maxMessageBytes: Infinity,
      parse: (data: unknown) => JSON.parse((data as Frame).text) as unknown,
      ...(this.#parts.hasRecovery && { recovery: RECOVERY }),
    }
    let dispatch: ReturnType<typeof createDispatch> | undefined
    const sink = {
      onMessage: ((message, delivery) => {
        dispatch ??= createDispatch({ rules, liveQueries: liveQueries(), clock, report: () => undefined })
        return dispatch(message, delivery)
      }) as ReturnType<typeof createDispatch>,
      onOpen: () => liveQueries().onOpen(),
      onPositionKnown: (since: never) => liveQueries().onPositionKnown(since),
      onGap: (cause: GapCause) => {
        this.gaps.push(cause)
        liveQueries().invalidateAll()
      },
      onEvent: (event: ConnectionEvent) => void this.events.push(event),
      resumePosition: () => liveQueries().resumePosition(),
    }
    return new Connection(
      {
        ...{ clock, sink, random: () => 0.5, platform: this.#environment, outboxOptions: () => ({}) },
        transport: this.#createTransport(clock),
      },
      options,
    )
  }

  #createTransport(clock: Clock): ConnectionTransport {
    const { worker, random } = this.#parts
    const link = new WorkerLink({
      ...{ clock, random },
      create: () => (this.#line = worker.connect()).worker,
      locks: () => worker.locks.of(this.#identity),
    })
    return createWorkerTransport(this.#createDirect(), undefined, {
      ...{ link, key: 'key', platform: this.#environment, lastId: 0 },
      isSlowWhenHidden: () => true,
      report: event => void this.events.push(event),
    })
  }

  /** The connection of today. */
  #createDirect(): ConnectionTransport {
    const open = createSocketSource(() => this.#parts.server.socketClass(this))
    return {
      open: ({ url, protocols }, sink) => {
        const { close } = open(
          { kind: 'socket', url, protocols, binaryType: undefined, firstMessage: undefined },
          {
            onOpen: () => sink.onOpen({ resumed: false }),
            onFrame: frame => void sink.onMessage(frame, {}),
            onEnd: ending => {
              if (ending.kind !== 'refused') sink.onFailure(ending)
            },
          },
        )
        return { close }
      },
    }
  }
}
