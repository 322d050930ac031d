import type { Clock, TimerHandle } from './clock.ts'
import { createEmitter } from './emitter.ts'

/**
 * A hint from the platform: `visible` and `hidden` for the page, `online` and `offline` for the network,
 * `frozen` and `thawed` for a page in the back/forward cache or a frozen tab, `wake` after sleep. Hints only
 * trigger a check; they prove nothing.
 */
export type Hint = 'visible' | 'hidden' | 'online' | 'offline' | 'frozen' | 'thawed' | 'wake'

/**
 * The page and the network around the connections. In a Worker or on a server it is visible, online and emits
 * no hints.
 */
export interface Environment {
  isHidden(): boolean
  isOnline(): boolean
  /** Listens to the page only while there is a subscriber. */
  subscribe(listener: (hint: Hint) => void): () => void
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

/** Creates a view of the globals, read on each use, combined with what `platform` reports. */
export function createEnvironment(clock: Clock, platform?: Environment): Environment {
  const page = globalThis as Page
  const hints = createEmitter<Hint>()
  let stop: (() => void) | undefined

  function watchAll() {
    const undo = [watch(page, clock, hints.emit), platform?.subscribe(hints.emit)]
    return () => undo.forEach(call => call?.())
  }

  return {
    isHidden: () => page.document?.visibilityState === 'hidden' || platform?.isHidden() === true,
    isOnline: () => page.navigator?.onLine !== false && platform?.isOnline() !== false,
    subscribe(listener) {
      const unsubscribe = hints.subscribe(listener)
      stop ??= watchAll()
      return () => {
        unsubscribe()
        if (hints.size > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}

function watch(page: Page, clock: Clock, emit: (hint: Hint) => void): () => void {
  const undo: (() => void)[] = [watchSleep(clock, emit)]
  function on(target: Partial<Target> | undefined, type: string, hint: () => Hint) {
    const listener = () => emit(hint())
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
function watchSleep(clock: Clock, emit: (hint: Hint) => void): () => void {
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
