import { type AttemptOwner, AttemptRun } from './attempt.ts'
import { createEmitter, type Hint, type TimerHandle } from './platform.ts'
import type { Channel, ConnectionSetup } from './connectionPorts.ts'
import { Inbound } from './messageReader.ts'
import type { Effect, Event, PauseReason, State } from './connectionState.ts'
import { type ConnectionSnapshot, readSnapshot, transition } from './machine.ts'
import type { HeldToken } from './tokens.ts'

/**
 * A connection that lives, retries and recovers by itself. It runs the effects that `transition` returns. It
 * does nothing before `start`.
 */
export class Connection implements AttemptOwner {
  readonly setup: ConnectionSetup
  readonly channel: Channel | undefined
  readonly inbound: Inbound
  held: HeldToken = { token: null }
  retryFloor = 0
  readonly #changes = createEmitter()
  readonly #events: { event: Event; from: object | undefined }[] = []
  #isRunning = false
  #state: State = { name: 'idle' }
  #snapshot: ConnectionSnapshot | undefined
  #latency: number | null = null
  #pausedBy: ReadonlySet<PauseReason> = new Set()
  #timer: TimerHandle | undefined
  #run: AttemptRun | undefined
  #unwatch: (() => void) | undefined

  constructor(setup: ConnectionSetup) {
    this.setup = setup
    this.channel = setup.createChannel?.({
      clock: setup.clock,
      send: data => this.#state.name === 'open' && (this.#run?.send(data) ?? false),
      mayOpen: () => !hasEnded(this.#state),
      report: setup.report,
      holder: this,
      renew: setup.renew,
    })
    this.inbound = new Inbound(setup, {
      channel: this.channel,
      replied: () => this.#replied(),
      outage: () => this.#outage(),
      ended: () => this.close(),
    })
  }

  start(): void {
    this.#unwatch ??= this.setup.environment.subscribe(hint => this.#hinted(hint))
    this.configured()
    this.handle({ type: 'start' })
  }

  /** Ends the connection permanently and releases everything. */
  dispose(): void {
    this.#events.length = 0
    this.handle({ type: 'stop' })
    this.#unwatch?.()
    this.inbound.dispose()
    this.setup.transport.dispose()
  }

  close(): void {
    this.handle({ type: 'close' })
  }

  reconnect(): void {
    this.handle({ type: 'reconnect' })
  }

  /** Applies the latest options: whether to pause, and how to watch an open connection. */
  configured(): void {
    const { environment, options } = this.setup
    this.#pause('hidden', options().pausesWhenHidden && environment.isHidden())
    this.#run?.configured()
    if (this.#latency === null || options().liveness) return
    this.#latency = null
    this.#publish()
  }

  subscribe = (listener: () => void): (() => void) => this.#changes.subscribe(listener)

  /** Returns the same object until something in it changes. Messages do not change it. */
  getSnapshot = (): ConnectionSnapshot => {
    const { clock } = this.setup
    return (this.#snapshot ??= readSnapshot(this.#state, this.#latency, clock.now() - clock.elapsed()))
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
    const { clock, random, options } = this.setup
    const world = { now: clock.elapsed(), random: random(), pausedBy: this.#pausedBy, times: options().times }
    const { state, effects } = transition(before, event, world)
    const isNew = state.name !== before.name
    if (isNew) clock.clearTimeout(this.#timer)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (isNew && hasEnded(state)) this.channel?.ended()
    if (state !== before) this.#changed(before)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'arm':
        this.setup.clock.clearTimeout(this.#timer)
        this.#timer = this.setup.clock.setTimeout(() => this.#elapsed(), effect.delay)
        return
      case 'authorize':
        this.#run = new AttemptRun(this)
        return this.#run.authorize(effect.reason === 'refused')
      case 'open':
        return this.#run?.open()
      case 'greet':
        return this.#run?.greet()
      case 'end-attempt':
        return this.#endAttempt()
      case 'pulse':
        return this.#run?.pulse()
      case 'drop-cursor':
        return this.inbound.dropCursor()
    }
  }

  #elapsed(): void {
    this.handle({ type: 'elapsed', part: this.#run?.waitingFor })
  }

  #endAttempt(): void {
    this.#latency = null
    if (!this.#run) return
    this.#run.end()
    this.#run = undefined
    this.channel?.lost()
  }

  #outage(): number {
    const downSince = 'progress' in this.#state ? this.#state.progress.downSince : null
    return downSince === null ? 0 : this.setup.clock.elapsed() - downSince
  }

  #replied(): void {
    this.#latency = this.#run?.latency ?? null
    this.#publish()
  }

  #hinted(hint: Hint): void {
    if (hint === 'hidden' || hint === 'visible') this.configured()
    if (hint === 'frozen' || hint === 'thawed') this.#pause('frozen', hint === 'frozen')
    if (hint === 'offline') this.#run?.pulse()
    else if (hint !== 'hidden' && hint !== 'frozen') this.handle({ type: 'hint' })
  }

  #pause(reason: PauseReason, isPaused: boolean): void {
    if (this.#pausedBy.has(reason) === isPaused) return
    const reasons = new Set(this.#pausedBy)
    if (isPaused) reasons.add(reason)
    else reasons.delete(reason)
    this.#pausedBy = reasons
    this.handle({ type: 'pause-changed' })
  }

  #changed(before: State): void {
    this.#publish()
    const { status, error, nextRetryAt, retryCount } = this.getSnapshot()
    if (readSnapshot(before, null).status !== status) this.setup.report({ kind: 'status', status, error })
    if (nextRetryAt === null || before.name === 'waiting') return
    this.setup.report({ kind: 'retry', retryCount, delay: nextRetryAt - this.setup.clock.now(), error })
  }

  #publish(): void {
    this.#snapshot = undefined
    this.#changes.emit()
  }
}

function hasEnded(state: State): boolean {
  return state.name === 'idle' || state.name === 'closed' || state.name === 'failed'
}
