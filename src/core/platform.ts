/**
 * What happens on the platform: `visible` and `hidden` for the page, `online` and `offline` for the network,
 * `frozen` and `thawed` for a page in the back/forward cache or a frozen tab, `wake` after sleep. They are hints:
 * they trigger a check and prove nothing.
 */
export type PlatformEvent = 'visible' | 'hidden' | 'online' | 'offline' | 'frozen' | 'thawed' | 'wake'

/**
 * The page and the network around the connections. In a Worker or on a server it is visible, online and emits
 * no events.
 */
export interface Platform {
  isHidden(): boolean
  isOnline(): boolean
  /** Listens to the page only while there is a subscriber. */
  subscribe(listener: (event: PlatformEvent) => void): () => void
}

interface Target {
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}

interface Page extends Partial<Target> {
  document?: Target & { visibilityState: string }
  navigator?: { onLine?: boolean }
}

/** How often to check for sleep, and how late a check must be to mean sleep rather than a throttled timer (ms). */
const WAKE_INTERVAL = 20_000
const WAKE_LATENESS = 70_000

/**
 * Creates a view of the globals, read on each use. Events come from the globals and from `platform`. `platform` alone
 * decides whether the page is hidden: the application may know better than the document.
 */
export function createPlatform(clock: Clock, platform?: Platform): Platform {
  const page = globalThis as Page
  const events = createEmitter<PlatformEvent>()
  let stop: (() => void) | undefined

  function watchAll() {
    const undo = [watch(page, clock, events.emit), platform?.subscribe(events.emit)]
    return () => undo.forEach(call => call?.())
  }

  return {
    isHidden: () => (platform ? platform.isHidden() : page.document?.visibilityState === 'hidden'),
    isOnline: () => page.navigator?.onLine !== false && platform?.isOnline() !== false,
    subscribe(listener) {
      const unsubscribe = events.subscribe(listener)
      stop ??= watchAll()
      return () => {
        unsubscribe()
        if (events.size > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}

function watch(page: Page, clock: Clock, emit: (event: PlatformEvent) => void): () => void {
  const undo: (() => void)[] = [watchSleep(clock, emit)]
  function on(target: Partial<Target> | undefined, type: string, event: () => PlatformEvent) {
    const listener = () => emit(event())
    target?.addEventListener?.(type, listener)
    undo.push(() => target?.removeEventListener?.(type, listener))
  }
  on(page, 'online', () => 'online')
  on(page, 'offline', () => 'offline')
  on(page, 'pagehide', () => 'frozen')
  on(page, 'pageshow', () => 'thawed')
  // While it freezes a page, Chromium closes open connections; streams end without an event.
  on(page.document, 'freeze', () => 'frozen')
  on(page.document, 'resume', () => 'thawed')
  on(page.document, 'visibilitychange', () =>
    page.document?.visibilityState === 'hidden' ? 'hidden' : 'visible',
  )
  return () => undo.forEach(call => call())
}

/** A timer that fires much too late means that the machine was asleep. */
function watchSleep(clock: Clock, emit: (event: PlatformEvent) => void): () => void {
  let timer: TimerHandle
  let lookedAt = clock.elapsed()
  const look = () => {
    const late = clock.elapsed() - lookedAt - WAKE_INTERVAL
    lookedAt = clock.elapsed()
    timer = clock.setTimeout(look, WAKE_INTERVAL)
    if (late > WAKE_LATENESS) emit('wake')
  }
  timer = clock.setTimeout(look, WAKE_INTERVAL)
  return () => clock.clearTimeout(timer)
}

/** A running timer, as `setTimeout` returns it (an object in Node, a number in browsers). */
export type TimerHandle = ReturnType<typeof setTimeout>

/** Time as the core sees it, in ms. */
export interface Clock {
  /** The wall clock, since the epoch, for times shown to users. It jumps when the system time is set. */
  now(): number
  /** The time since an arbitrary start, for deadlines. It never goes back, and it includes sleep. */
  elapsed(): number
  setTimeout(callback: () => void, delay: number): TimerHandle
  clearTimeout(handle: TimerHandle | undefined): void
}

/** With a longer delay, a browser's timer fires immediately (HTML standard, "timer initialization steps"). */
const MAX_TIMER_DELAY = 2 ** 31 - 1

/** The real clock. It reads the globals on each call, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: createElapsed(),
  setTimeout: (callback, delay) => setTimeout(callback, Math.min(delay, MAX_TIMER_DELAY)),
  clearTimeout: handle => clearTimeout(handle),
}

/**
 * How far the two clocks may drift apart through rounding and slow adjustment (ms). More means a sleep or a
 * clock that was set.
 */
const TOLERANCE = 1_000

/**
 * On some platforms the monotonic clock stops during sleep, and the wall clock can be set back. So elapsed
 * time is the monotonic time plus whatever the wall clock gained on it. Setting the wall clock forward looks
 * like sleep; setting it back changes nothing.
 */
function createElapsed(): () => number {
  let total = 0
  let last = { monotonic: 0, wall: 0 }
  let isStarted = false
  return () => {
    const wall = Date.now()
    const monotonic = readMonotonic()
    if (!isStarted || monotonic === undefined || monotonic < last.monotonic) {
      // Without a monotonic clock, use the wall clock as long as it goes forward.
      if (isStarted && monotonic === undefined) total += Math.max(0, wall - last.wall)
      isStarted = true
      last = { monotonic: monotonic ?? 0, wall }
      return total
    }
    const ahead = wall - last.wall - (monotonic - last.monotonic)
    if (Math.abs(ahead) <= TOLERANCE) return total + monotonic - last.monotonic
    total += monotonic - last.monotonic + Math.max(0, ahead)
    last = { monotonic, wall }
    return total
  }
}

function readMonotonic(): number | undefined {
  return (globalThis as { performance?: { now?(): number } }).performance?.now?.()
}

/** A list of listeners. Each is called once per `emit`, in the order of subscription. */
export interface Emitter<Event> {
  subscribe(listener: (event: Event) => void): () => void
  emit(event: Event): void
  readonly size: number
}

/** Creates an emitter. Listeners may add or remove listeners during a call; the others are still called. */
export function createEmitter<Event = void>(): Emitter<Event> {
  const listeners = new Set<{ call: (event: Event) => void }>()
  return {
    subscribe(listener) {
      const entry = { call: listener }
      listeners.add(entry)
      return () => {
        listeners.delete(entry)
      }
    },
    emit(event) {
      for (const entry of [...listeners]) if (listeners.has(entry)) entry.call(event)
    },
    get size() {
      return listeners.size
    },
  }
}

/** The error that an aborted signal throws. Signals in React Native have no `reason`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  return (
    (signal?.reason as Error | undefined) ??
    Object.assign(new Error('The request was aborted.'), { name: 'AbortError' })
  )
}

/** Throws if the signal is aborted. Signals in React Native have no `throwIfAborted`. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal)
}
