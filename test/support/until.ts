import { vi } from 'vitest'

/** Waits until a check no longer throws, and returns its result. Patient, because a machine may be busy. */
export function until<T>(check: () => T | Promise<T>, timeout = 15_000): Promise<T> {
  return vi.waitFor(check, { interval: 2, timeout })
}
