import { notifyManager } from '@tanstack/react-query'

/** What readers are to be told when the running flush is done. */
let told: (() => void)[] | undefined

// TanStack Query tells readers in a task of its own, which comes after the paint of the frame that a flush runs in: one
// frame late. Set when this module is read, so that a scheduler that the application sets itself takes its place.
notifyManager.setScheduler(callback => {
  if (told) told.push(callback)
  else setTimeout(callback, 0)
})

/** Runs writes to the query cache together, and tells their readers in the same task, after the last of them. */
export function notifyInTask(write: () => void): void {
  if (told) return write()
  const callbacks: (() => void)[] = []
  told = callbacks
  try {
    notifyManager.batch(write)
  } finally {
    told = undefined
    for (const callback of callbacks) callback()
  }
}
