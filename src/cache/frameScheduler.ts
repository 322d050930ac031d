/** Runs a callback at the next frame; where there are none (hidden page, Worker, server), after a timer of a frame's length. */
export type ScheduleFrame = (callback: () => void) => void

/** The time of a frame, in ms. */
const FRAME = 16

interface Page {
  document?: { visibilityState: string }
  requestAnimationFrame?: (callback: () => void) => number
}

/** The page's frames. A frame that was asked for just before the page was hidden is overtaken by the timer. */
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
