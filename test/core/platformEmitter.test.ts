import { expect, test } from 'vitest'
import { createEmitter } from '../../src/core/platform.ts'

test('listeners are called once per emit, in the order of subscription', () => {
  const calls: string[] = []
  const emitter = createEmitter<number>()
  emitter.subscribe(event => calls.push(`a${event}`))
  emitter.subscribe(event => calls.push(`b${event}`))
  emitter.emit(1)
  emitter.emit(2)
  expect(calls).toEqual(['a1', 'b1', 'a2', 'b2'])
})

test('the same function subscribed twice is two listeners that unsubscribe separately', () => {
  let calls = 0
  const emitter = createEmitter()
  const listener = () => calls++
  const end = emitter.subscribe(listener)
  emitter.subscribe(listener)
  end()
  end()
  expect(emitter.size).toBe(1)
  emitter.emit()
  expect(calls).toBe(1)
})

test('a listener removed during a call is no longer called, and the others still are (C13)', () => {
  const calls: string[] = []
  const emitter = createEmitter()
  emitter.subscribe(() => {
    calls.push('a')
    endOfB()
  })
  const endOfB = emitter.subscribe(() => calls.push('b'))
  emitter.subscribe(() => calls.push('c'))
  emitter.emit()
  expect(calls).toEqual(['a', 'c'])
})

test('a listener added during a call gets its first event with the next call', () => {
  const calls: string[] = []
  const emitter = createEmitter()
  const end = emitter.subscribe(() => {
    end()
    emitter.subscribe(() => calls.push('late'))
  })
  emitter.emit()
  expect(calls).toEqual([])
  emitter.emit()
  expect(calls).toEqual(['late'])
})
