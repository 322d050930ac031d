import { useState } from 'react'
import { AnswerContext, createAnswerStore } from './answers.ts'
import { Workbench, type WorkbenchProps } from './Workbench.tsx'

/** A `Workbench` whose provider counts the answers that it gets. */
export function CountingWorkbench({ children, ...workbench }: WorkbenchProps) {
  const [answers] = useState(createAnswerStore)
  return (
    <Workbench {...workbench} fetch={answers.fetch}>
      <AnswerContext value={answers}>{children}</AnswerContext>
    </Workbench>
  )
}
