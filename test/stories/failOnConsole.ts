import { afterEach, beforeEach, expect, vi } from 'vitest'

// An untouched story that logs a warning or an error fails. The stories in stories/tests send invalid messages on purpose.
beforeEach(() => {
  vi.spyOn(console, 'warn')
  vi.spyOn(console, 'error')
})

afterEach(({ task }) => {
  const logged = [console.warn, console.error].flatMap(log => vi.mocked(log).mock.calls.map(String))
  vi.restoreAllMocks()
  if (!task.file.name.startsWith('stories/tests/')) expect(logged).toEqual([])
})
