import { notifyManager, QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, onTestFinished, test, vi } from 'vitest'
import { notifyInTask } from '../../src/providers/notifyInTask.ts'

function setUp() {
  const client = new QueryClient()
  const heard: unknown[] = []
  for (const key of ['a', 'b']) {
    const observer = new QueryObserver(client, { queryKey: [key], enabled: false })
    onTestFinished(
      observer.subscribe(notifyManager.batchCalls(({ data }: { data: unknown }) => void heard.push(data))),
    )
  }
  const write = (value: number) => {
    client.setQueryData(['a'], value)
    client.setQueryData(['b'], value)
  }
  return { write, heard }
}
const task = () => new Promise(resolve => setTimeout(resolve, 1))

test('the readers of a flush are told in its task, after its last write', () => {
  const { write, heard } = setUp()
  notifyInTask(() => {
    write(1)
    expect(heard).toEqual([])
  })
  expect(heard).toEqual([1, 1])
})

test('the readers of what is written at any other time are told in a task of its own, as ever', async () => {
  const { write, heard } = setUp()
  notifyInTask(() => undefined)
  write(1)
  await Promise.resolve()
  expect(heard).toEqual([])
  await task()
  expect(heard).toEqual([1, 1])
})

test('a flush within a flush is part of it', () => {
  const { write, heard } = setUp()
  notifyInTask(() => {
    notifyInTask(() => write(1))
    expect(heard).toEqual([])
  })
  expect(heard).toEqual([1, 1])
})

test('a flush that throws tells of what it wrote, and the next is as any other', () => {
  const { write, heard } = setUp()
  const fail = () => {
    write(1)
    throw new Error('no')
  }
  expect(() => notifyInTask(fail)).toThrow('no')
  expect(heard).toEqual([1, 1])
  notifyInTask(() => write(2))
  expect(heard.slice(-2)).toEqual([2, 2])
})

test('a scheduler that the application sets takes its place', () => {
  const { write, heard } = setUp()
  const scheduled: (() => void)[] = []
  const schedule = vi.fn((callback: () => void) => void scheduled.push(callback))
  notifyManager.setScheduler(schedule)
  notifyInTask(() => write(1))
  expect([heard, scheduled.length]).toEqual([[], 1])
  scheduled.forEach(call => call())
  expect(heard).toEqual([1, 1])
})
