/**
 * Calls back in each frame after everything that changes the page and just before it is painted, which is when it is
 * known what the frame shows: an element changes its size in each frame, and browsers tell of sizes last.
 */
export function onEachFrame(callback: () => void): () => void {
  const probe = document.createElement('div')
  probe.className = 'frame-probe'
  document.body.append(probe)
  const observer = new ResizeObserver(callback)
  observer.observe(probe)
  let isWide = false
  let request = requestAnimationFrame(function change() {
    isWide = !isWide
    probe.style.width = isWide ? '2px' : '1px'
    request = requestAnimationFrame(change)
  })
  return () => {
    cancelAnimationFrame(request)
    observer.disconnect()
    probe.remove()
  }
}
