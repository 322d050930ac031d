/**
 * Runs a callback at the next frame. Without frames (hidden page, Worker, server) it uses a timer of a
 * frame's length.
 */
export type ScheduleFrame = (callback: () => void) => void

/** The length of a frame (ms). */
const FRAME = 16

interface Page {
  document?: { visibilityState: string }
  requestAnimationFrame?: (callback: () => void) => number
}

/** The page's frames. If the page is hidden after a frame was requested, the timer runs first. */
export const scheduleFrame: ScheduleFrame = callback => {
  const page = globalThis as Page
  const isDrawn = page.document?.visibilityState === 'visible' && page.requestAnimationFrame !== undefined
  if (!isDrawn) return void setTimeout(callback, FRAME)
  let isDone = false
  const once = () => {
    if (isDone) return
    isDone = true
    clearTimeout(fallback)
    callback()
  }
  const fallback = setTimeout(once, 10 * FRAME)
  page.requestAnimationFrame?.(once)
}
