import { useEffect, useRef } from 'react'

/** Counts the renders of its parent component. */
export function RenderCount({ of }: { of: string }) {
  const element = useRef<HTMLSpanElement>(null)
  const count = useRef(0)
  useEffect(() => {
    count.current++
    if (element.current) element.current.textContent = String(count.current)
  })
  return <span ref={element} className="figures" data-renders={of} />
}
