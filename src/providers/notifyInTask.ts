import { notifyManager } from '@tanstack/react-query'

type Callback = () => void

/** Readers to notify when the running flush is done. */
let waiting: Callback[] | undefined
let holders = 0
/** A probe runs: whether our scheduler has met it. */
let probe: { isOurs: boolean } | undefined

// TanStack Query notifies readers in a task of its own, after the paint of the frame that a flush runs in: one frame late.
function schedule(callback: Callback): void {
  if (probe) probe.isOurs = true
  else if (waiting) waiting.push(callback)
  else setTimeout(callback, 0)
}

/**
 * Puts our scheduler in the place of TanStack Query's own while somebody holds it; the function it gives lets go. A
 * scheduler that the application has set, before or meanwhile, stays.
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

/** Runs writes to the query cache together, and notifies their readers in the same task, after the last of them. */
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
 * TanStack Query has no getter for its scheduler, so this watches what the scheduler does with a callback that does
 * nothing: its own calls the global `setTimeout` with 0 at once.
 */
function findScheduler(): 'ours' | 'default' | 'other' {
  const result = { isOurs: false }
  const global = globalThis as { setTimeout: unknown }
  const original = global.setTimeout
  let isDefault = false
  probe = result
  try {
    global.setTimeout = (callback: Callback, delay?: number, ...rest: unknown[]) => {
      isDefault = delay === 0
      return (original as (...args: unknown[]) => unknown)(callback, delay, ...rest)
    }
    notifyManager.schedule(() => undefined)
  } catch {
    // A frozen global: nothing can be found out, so nothing is changed.
  } finally {
    restore(global, original)
    probe = undefined
  }
  if (result.isOurs) return 'ours'
  return isDefault ? 'default' : 'other'
}

function restore(global: { setTimeout: unknown }, original: unknown): void {
  if (global.setTimeout !== original) global.setTimeout = original
}
