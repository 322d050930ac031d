import { Attempt } from './attempt.ts'
import type { AttemptOwner } from './attemptOwner.ts'
import { defaultGapSpread } from './backoff.ts'
import type { GapCause } from './events.ts'
import { isFoundDead } from './failure.ts'
import type { Subscription } from './correlation.ts'
import type { Subscriptions, SubscriptionsPorts } from './subscriptions.ts'
import { createEmitter, type PlatformEvent, type TimerHandle } from './platform.ts'
import type { Outbox, ConnectionDriverOptions, ConnectionPorts } from './connectionPorts.ts'
import { MessageReader, type ReaderEvents } from './messageReader.ts'
import { StreamPosition } from './streamPosition.ts'
import type { Effect, Event, PauseReason, State } from './connectionState.ts'
import { type ConnectionSnapshot, IDLE_SNAPSHOT, type Status, transition } from './machine.ts'
import type { PreparedRequest } from './request.ts'
import type { CurrentToken } from './tokens.ts'

/**
 * A connection that lives, retries and recovers by itself. It runs the effects that `transition` returns. It
 * does nothing before `start`.
 */
export class Connection implements AttemptOwner, ReaderEvents {
  readonly ports: ConnectionPorts
  readonly outbox: Outbox | undefined
  readonly reader: MessageReader
  readonly position = new StreamPosition()
  /** Set by the first component that subscribes. */
  subscriptions: Subscriptions | undefined
  options: ConnectionDriverOptions
  /** The same object until something in it changes. Messages do not change it. */
  snapshot: ConnectionSnapshot = IDLE_SNAPSHOT
  currentToken: CurrentToken = { token: null }
  retryFloor = 0
  readonly #changes = createEmitter<ConnectionSnapshot>()
  readonly subscribe = this.#changes.subscribe
  readonly #events: { event: Event; from: object | undefined }[] = []
  #isRunning = false
  #state: State = { name: 'idle' }
  #latency: number | null = null
  #pausedBy: ReadonlySet<PauseReason> = new Set()
  #timer: TimerHandle | undefined
  #gapTimer: TimerHandle | undefined
  /** Scheduled gaps of subscriptions, by cause. */
  readonly #subscriptionGaps = new Map<GapCause, { timer: TimerHandle; subscriptions: Set<Subscription> }>()
  #run: Attempt | undefined
  /** Whether the attempt that ends now was found dead: it received too little data. */
  #foundDead = false
  #unwatch: (() => void) | undefined

  constructor(ports: ConnectionPorts, options: ConnectionDriverOptions) {
    this.ports = ports
    this.options = options
    this.outbox = ports.createOutbox?.({
      clock: ports.clock,
      options: ports.outboxOptions,
      reauthenticate: () => this.options.reauthenticate,
      lastId: ports.transport.lastId ?? 0,
      shared: () => this.#run?.shared,
      send: data => this.#state.name === 'open' && (this.#run?.send(data) ?? false),
      hasProtocol: ports.transport.createCorrelation !== undefined,
      mayOpen: () => this.mayOpen,
      report: event => ports.sink.onEvent(event),
      holder: this,
      renew: previous => {
        const { tokens, getToken, onTokenRequest } = this.options.request
        return tokens.getToken({ getToken, previous, reason: 'expiring', onTokenRequest })
      },
    })
    const { outbox, position } = this
    this.reader = new MessageReader(ports, { options, outbox, position, events: this })
  }

  start(): void {
    this.#unwatch ??= this.ports.platform.subscribe(event => this.#onPlatformEvent(event))
    this.#checkHidden()
    this.handle({ type: 'start' })
  }

  /** Ends the connection permanently and releases everything. */
  dispose(): void {
    this.#events.length = 0
    this.handle({ type: 'stop' })
    this.#unwatch?.()
    const { clock } = this.ports
    clock.clearTimeout(this.#gapTimer)
    this.#gapTimer = undefined
    for (const { timer } of this.#subscriptionGaps.values()) clock.clearTimeout(timer)
    this.subscriptions?.dispose()
  }

  close(): void {
    this.handle({ type: 'close' })
  }

  reconnect(): void {
    this.onToken({ token: null })
    this.handle({ type: 'reconnect' })
  }

  /** Applies other options: among them whether to pause, and how to watch an open connection. */
  configure(options: ConnectionDriverOptions): void {
    this.options = options
    this.reader.options = options
    if (options.recovery?.rememberedFor === undefined) this.position.forgetSilence()
    this.#checkHidden()
    this.#run?.configured()
    if (this.#latency === null || options.heartbeat) return
    this.#latency = null
    this.#publish()
  }

  /** Whether it is open or opening. */
  get mayOpen(): boolean {
    return !hasEnded(this.#state)
  }

  /** Sends what subscriptions want. Returns `false` unless the connection is open. */
  readonly post: SubscriptionsPorts['post'] = (drafts, failed) =>
    this.#state.name === 'open' && (this.#run?.write(drafts, failed) ?? false)

  dropCursor(): void {
    this.position.cursor = undefined
    this.ports.transport.dropCursor?.()
  }

  /**
   * Schedules one round of refetches: of one subscription, or of everything. Causes that occur before it starts
   * share it.
   */
  scheduleGap(cause: GapCause, subscription?: Subscription): void {
    const { sink } = this.ports
    if (subscription) {
      // At an opening, it has been sent again.
      if (cause !== 'reconnect') this.subscriptions?.onMissed([subscription])
      const scheduled = this.#subscriptionGaps.get(cause)
      if (scheduled) return void scheduled.subscriptions.add(subscription)
      const subscriptions = new Set([subscription])
      const timer = this.#delayGap(cause, () => {
        this.#subscriptionGaps.delete(cause)
        sink.onGap(cause, [...subscriptions])
      })
      this.#subscriptionGaps.set(cause, { timer, subscriptions })
    } else {
      if (this.#gapTimer === undefined) this.subscriptions?.onGap(cause)
      this.#scheduleRound(cause)
    }
  }

  /** Messages were missed before this opening, which sends subscriptions again. */
  onGapAtOpening(cause: GapCause): void {
    this.subscriptions?.onMissedBefore()
    this.#scheduleRound(cause)
  }

  #scheduleRound(cause: GapCause): void {
    this.#gapTimer ??= this.#delayGap(cause, () => {
      this.#gapTimer = undefined
      this.ports.sink.onGap(cause)
    })
  }

  #delayGap(cause: GapCause, call: () => void): TimerHandle {
    const { clock, random } = this.ports
    const { gapSpread } = this.options
    const downSince = 'progress' in this.#state ? this.#state.progress.downSince : null
    const outage = downSince === null ? 0 : clock.elapsed() - downSince
    const spread = typeof gapSpread === 'function' ? gapSpread(cause, outage) : gapSpread
    return clock.setTimeout(call, random() * (spread ?? defaultGapSpread(outage)))
  }

  onToken({ token, refreshAt, isRefused, foreignSince }: CurrentToken): void {
    this.currentToken = { token, refreshAt, isRefused, foreignSince }
  }

  onAuthorized(prepared: PreparedRequest, from: object): void {
    this.onToken(prepared)
    this.handle({ type: 'authorized', token: prepared.tokenUse }, from)
  }

  onRetryFloor(delay: number): void {
    this.retryFloor = delay
  }

  onHeartbeatReply(): void {
    this.#latency = this.#run?.latency ?? null
    this.#publish()
  }

  onLastMessage(): void {
    this.close()
  }

  onTokenRefused(): void {
    const { isBidirectional } = this.options.request.transport
    this.#run?.onFailure(
      isBidirectional ? { kind: 'close', code: 4401, opened: true } : { kind: 'status', status: 401 },
    )
  }

  /**
   * Queues events that arrive while another is handled. An event `from` an attempt counts only while that
   * attempt is running.
   */
  handle(event: Event, from?: object): void {
    this.#events.push({ event, from })
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        if (next.from === undefined || next.from === this.#run) this.#step(next.event)
      }
    } finally {
      this.#isRunning = false
    }
  }

  #step(event: Event): void {
    const before = this.#state
    const { clock, random } = this.ports
    const { times } = this.options
    const world = { now: clock.elapsed(), random: random(), pausedBy: this.#pausedBy, times }
    const { state, effects } = transition(before, event, world)
    const isNew = state.name !== before.name
    if (isNew) clock.clearTimeout(this.#timer)
    this.#state = state
    this.#foundDead = isVerdict(event, before)
    for (const effect of effects) this.#perform(effect)
    if (isNew && hasEnded(state)) {
      this.outbox?.ended()
      this.subscriptions?.ended()
    }
    if (state !== before)
      this.#publish(isNew && state.name === 'waiting' ? state.until - world.now : undefined)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'start-timer':
        this.ports.clock.clearTimeout(this.#timer)
        this.#timer = this.ports.clock.setTimeout(() => this.#elapsed(), effect.delay)
        return
      case 'authorize':
        this.#run = new Attempt(this)
        // Mark it even if getToken fails: a refused token must not be sent again.
        if (effect.reason === 'refused') this.onToken({ ...this.currentToken, refreshAt: 0, isRefused: true })
        return this.#run.authorize(effect.reason === 'refused')
      case 'open':
        return this.#run?.open()
      case 'begin-sending':
        return this.#run?.beginSending()
      case 'end-attempt':
        return this.#endAttempt()
      case 'check-now':
        return this.#run?.checkNow()
      case 'drop-cursor':
        return this.dropCursor()
    }
  }

  #elapsed(): void {
    this.handle({ type: 'timed-out', part: this.#run?.pending.part })
  }

  #endAttempt(): void {
    this.#latency = null
    if (!this.#run) return
    this.#run.end(this.#foundDead)
    this.#run = undefined
    this.position.lost()
    this.outbox?.lost()
    this.subscriptions?.lost()
  }

  #onPlatformEvent(event: PlatformEvent): void {
    if (event === 'hidden' || event === 'visible') this.#checkHidden()
    if (event === 'frozen' || event === 'thawed') this.#pause('frozen', event === 'frozen')
    if (event === 'offline') this.#run?.checkNow()
    else if (event !== 'hidden' && event !== 'frozen') this.handle({ type: 'hint' })
  }

  #checkHidden(): void {
    this.#pause('hidden', this.options.pausesWhenHidden && this.ports.platform.isHidden())
  }

  #pause(reason: PauseReason, isPaused: boolean): void {
    if (this.#pausedBy.has(reason) === isPaused) return
    const reasons = new Set(this.#pausedBy)
    if (isPaused) reasons.add(reason)
    else reasons.delete(reason)
    this.#pausedBy = reasons
    // A stream that could not be requested again is not given up for a pause.
    if (!this.#run?.isSpent) this.handle({ type: 'pause-changed' })
  }

  /** `delay`: the time until a retry that was just scheduled (ms). The wall clock could change, so it is not computed from it. */
  #publish(delay?: number): void {
    const { clock, sink } = this.ports
    const former = this.snapshot.status
    this.snapshot = readSnapshot(this.#state, this.#latency, clock.now() - clock.elapsed())
    const { status, error, retryCount } = this.snapshot
    if (status !== former) sink.onEvent({ kind: 'status', status, error })
    if (delay !== undefined) sink.onEvent({ kind: 'retry', retryCount, delay: Math.ceil(delay), error })
    this.#changes.emit(this.snapshot)
  }
}

function isVerdict(event: Event, { name }: State): boolean {
  return event.type === 'failed'
    ? isFoundDead(event.failure)
    : event.type === 'timed-out' && name === 'opening'
}

function hasEnded(state: State): boolean {
  return state.name === 'idle' || state.name === 'closed' || state.name === 'failed'
}

/** The snapshot of a state. `wallAhead`: the wall clock minus `clock.elapsed()`, which the state uses (ms). */
export function readSnapshot(state: State, latency: number | null, wallAhead = 0): ConnectionSnapshot {
  const progress = 'progress' in state ? state.progress : undefined
  return {
    status: statusOf(state),
    error: state.name === 'failed' ? state.error : (progress?.error ?? null),
    retryCount: progress?.retryCount ?? 0,
    nextRetryAt: state.name === 'waiting' ? Math.ceil(state.until + wallAhead) : null,
    pausedBy: state.name === 'paused' ? state.by : IDLE_SNAPSHOT.pausedBy,
    latency: state.name === 'open' ? latency : null,
  }
}

function statusOf(state: State): Status {
  switch (state.name) {
    case 'authorizing':
    case 'opening':
    case 'waiting':
      return state.progress.hasOpened ? 'reconnecting' : 'connecting'
    default:
      return state.name
  }
}
