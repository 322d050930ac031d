const request = globalThis.requestAnimationFrame.bind(globalThis)
const cancel = globalThis.cancelAnimationFrame.bind(globalThis)

/**
 * Calls `task` in each frame after all other callbacks, until it returns `false`. A frame runs its callbacks
 * in the order of their requests, so ours is requested again whenever another one is requested between
 * frames.
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
