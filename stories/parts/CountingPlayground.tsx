import { useState } from 'react'
import { ResponseContext, createResponseStore } from './responses.ts'
import { Playground, type PlaygroundProps } from './Playground.tsx'

/** A `Playground` that counts the responses of its provider. */
export function CountingPlayground({ children, ...playground }: PlaygroundProps) {
  const [responses] = useState(createResponseStore)
  return (
    <Playground {...playground} fetch={responses.fetch}>
      <ResponseContext value={responses}>{children}</ResponseContext>
    </Playground>
  )
}
