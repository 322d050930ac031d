import { afterEach, beforeEach, expect, vi } from 'vitest'

/** The stories in `stories/tests` send invalid messages on purpose. */
const isUntouched = (file: string) => !file.startsWith('stories/tests/')

// An untouched story that logs a warning or an error fails.
beforeEach(({ task }) => {
  if (!isUntouched(task.file.name)) return
  vi.spyOn(console, 'warn')
  vi.spyOn(console, 'error')
})

afterEach(({ task }) => {
  if (!isUntouched(task.file.name)) return
  const logged = [console.warn, console.error].flatMap(log => vi.mocked(log).mock.calls.map(String))
  vi.restoreAllMocks()
  expect(logged).toEqual([])
})
