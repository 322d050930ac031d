import { afterEach, beforeEach, expect, vi } from 'vitest'

// A story that logs a warning or an error fails.
beforeEach(() => {
  vi.spyOn(console, 'warn')
  vi.spyOn(console, 'error')
})

afterEach(() => {
  const logged = [console.warn, console.error].flatMap(log => vi.mocked(log).mock.calls.map(String))
  vi.restoreAllMocks()
  expect(logged).toEqual([])
})
