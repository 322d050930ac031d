/**
 * Calls back once a frame, after all changes and just before paint. It resizes an element in each frame, because browsers
 * run resize observers last.
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
