import { useState } from 'react'
import { AnswerContext, createAnswerStore } from './answers.ts'
import { Playground, type PlaygroundProps } from './Playground.tsx'

/** A `Playground` whose provider counts the answers that it gets. */
export function CountingPlayground({ children, ...playground }: PlaygroundProps) {
  const [answers] = useState(createAnswerStore)
  return (
    <Playground {...playground} fetch={answers.fetch}>
      <AnswerContext value={answers}>{children}</AnswerContext>
    </Playground>
  )
}
