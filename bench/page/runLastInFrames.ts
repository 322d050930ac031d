const request = globalThis.requestAnimationFrame.bind(globalThis)
const cancel = globalThis.cancelAnimationFrame.bind(globalThis)

/**
 * Calls `task` in each frame after the callbacks of all others, until it gives `false`. A frame's callbacks run in the
 * order in which they were asked for; so whenever another is asked for between frames, ours is asked for anew.
 */
export function runLastInFrames(task: () => boolean): void {
  let isInFrame = false
  let last = 0
  const turn = () => {
    isInFrame = false
    if (task()) last = request(turn)
    else globalThis.requestAnimationFrame = request
  }
  globalThis.requestAnimationFrame = callback => {
    const asked = request(time => {
      isInFrame = true
      callback(time)
    })
    if (!isInFrame) {
      cancel(last)
      last = request(turn)
    }
    return asked
  }
  last = request(turn)
}
