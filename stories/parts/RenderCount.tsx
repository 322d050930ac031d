import { useEffect, useRef } from 'react'

/** How often the component around it has been rendered. */
export function RenderCount({ of }: { of: string }) {
  const element = useRef<HTMLSpanElement>(null)
  const count = useRef(0)
  useEffect(() => {
    count.current++
    if (element.current) element.current.textContent = String(count.current)
  })
  return <span ref={element} className="figures" data-renders={of} />
}
