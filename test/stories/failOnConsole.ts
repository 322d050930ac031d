import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest'

/** The stories in `stories/tests` send invalid messages on purpose. */
const isUntouched = (file: string) => !file.startsWith('stories/tests/')

let spies: MockInstance[] = []

// An untouched story that logs a warning or an error fails.
beforeEach(({ task }) => {
  if (!isUntouched(task.file.name)) return
  spies = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
})

afterEach(({ task }) => {
  if (!isUntouched(task.file.name)) return
  const calls = spies.flatMap(({ mock }) => mock.calls)
  vi.restoreAllMocks()
  expect(calls).toEqual([])
})
