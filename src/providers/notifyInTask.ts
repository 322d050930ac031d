import { notifyManager } from '@tanstack/react-query'

type Callback = () => void

/** Observers to notify when the running flush is done. */
let waiting: Callback[] | undefined
let holders = 0
/** Set while the scheduler is probed: called if it is ours. */
let probe: Callback | undefined

// TanStack Query notifies observers in a separate task, after the paint of the flush's frame: one frame late.
function schedule(callback: Callback): void {
  if (probe) probe()
  else if (waiting) waiting.push(callback)
  else setTimeout(callback, 0)
}

/**
 * Replaces TanStack Query's default scheduler with ours while at least one caller holds it. The returned
 * function releases it. A scheduler set by the application, before or meanwhile, stays.
 */
export function holdScheduler(): () => void {
  holders++
  if (findScheduler() === 'default') notifyManager.setScheduler(schedule)
  return () => {
    holders--
    if (holders === 0 && findScheduler() === 'ours') {
      notifyManager.setScheduler(callback => void setTimeout(callback, 0))
    }
  }
}

/** Runs writes to the query cache together and notifies their observers in the same task, after the last write. */
export function notifyInTask(write: Callback): void {
  if (waiting) return write()
  const callbacks: Callback[] = []
  waiting = callbacks
  try {
    notifyManager.batch(write)
  } finally {
    waiting = undefined
    for (const callback of callbacks) callback()
  }
}

/**
 * TanStack Query has no getter for its scheduler, so this observes what the scheduler does with an empty
 * callback: the default one immediately calls the global `setTimeout` with 0.
 */
function findScheduler(): 'ours' | 'default' | 'other' {
  let found: 'ours' | 'default' | 'other' = 'other'
  const global = globalThis as { setTimeout: unknown }
  const original = global.setTimeout
  probe = () => (found = 'ours')
  try {
    global.setTimeout = (callback: Callback, delay?: number, ...rest: unknown[]) => {
      if (delay === 0) found = 'default'
      return (original as (...args: unknown[]) => unknown)(callback, delay, ...rest)
    }
    notifyManager.schedule(() => undefined)
  } catch {
    // The global is frozen: nothing can be found out, so nothing is changed.
  } finally {
    if (global.setTimeout !== original) global.setTimeout = original
    probe = undefined
  }
  return found
}
