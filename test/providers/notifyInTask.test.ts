import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'

// Files share their modules, and a client of another file may hold the scheduler.
vi.resetModules()
const { notifyManager, QueryClient, QueryObserver } = await import('@tanstack/react-query')
const { holdScheduler, notifyInTask } = await import('../../src/providers/notifyInTask.ts')

beforeEach(() => notifyManager.setScheduler(callback => void setTimeout(callback, 0)))

function setUp({ isHeld = true } = {}) {
  if (isHeld) onTestFinished(holdScheduler())
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

test('readers of a flush are notified in its task, after its last write', () => {
  const { write, heard } = setUp()
  notifyInTask(() => {
    write(1)
    expect(heard).toEqual([])
  })
  expect(heard).toEqual([1, 1])
})

test('readers of any other write are notified in a separate task, as by default', async () => {
  const { write, heard } = setUp()
  notifyInTask(() => undefined)
  write(1)
  await Promise.resolve()
  expect(heard).toEqual([])
  await task()
  expect(heard).toEqual([1, 1])
})

test('a nested flush is part of the outer one', () => {
  const { write, heard } = setUp()
  notifyInTask(() => {
    notifyInTask(() => write(1))
    expect(heard).toEqual([])
  })
  expect(heard).toEqual([1, 1])
})

test('a flush that throws notifies of its writes, and the next one works', () => {
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

/** A scheduler of the application, and how many callbacks that do something it was given. */
function ownScheduler() {
  const scheduled: (() => void)[] = []
  const schedule = vi.fn((callback: () => void) => void scheduled.push(callback))
  return { scheduled, schedule }
}

test('a scheduler that the app sets while a provider is mounted wins, and stays', () => {
  const { write, heard } = setUp({ isHeld: false })
  const release = holdScheduler()
  const { scheduled, schedule } = ownScheduler()
  notifyManager.setScheduler(schedule)
  notifyInTask(() => write(1))
  expect([heard, scheduled.length]).toEqual([[], 1])
  scheduled.forEach(call => call())
  expect(heard).toEqual([1, 1])
  release()
  const before = schedule.mock.calls.length
  write(2)
  expect(schedule.mock.calls.length).toBeGreaterThan(before)
})

test('a scheduler that the app set before a provider mounted stays', () => {
  const { write, heard } = setUp({ isHeld: false })
  const { scheduled, schedule } = ownScheduler()
  notifyManager.setScheduler(schedule)
  const release = holdScheduler()
  notifyInTask(() => write(1))
  expect(heard).toEqual([])
  scheduled.forEach(call => call())
  expect(heard).toEqual([1, 1])
  release()
})

test('a scheduler with its own delay counts as set by the app', () => {
  const { write, heard } = setUp({ isHeld: false })
  notifyManager.setScheduler(callback => void setTimeout(callback, 10))
  const release = holdScheduler()
  notifyInTask(() => write(1))
  expect(heard).toEqual([])
  release()
})

test("without a provider, and after the last unmount, the scheduler is TanStack Query's", async () => {
  const { write, heard } = setUp({ isHeld: false })
  notifyInTask(() => write(1))
  expect(heard).toEqual([])
  await task()
  const releases = [holdScheduler(), holdScheduler()]
  notifyInTask(() => write(2))
  expect(heard.slice(-2)).toEqual([2, 2])
  releases[0]?.()
  notifyInTask(() => write(3))
  expect(heard.slice(-2)).toEqual([3, 3])
  releases[1]?.()
  notifyInTask(() => write(4))
  expect(heard.slice(-2)).toEqual([3, 3])
  await task()
  expect(heard.slice(-2)).toEqual([4, 4])
  onTestFinished(holdScheduler())
  notifyInTask(() => write(5))
  expect(heard.slice(-2)).toEqual([5, 5])
})

test('detecting the scheduler leaves the global setTimeout unchanged', () => {
  const before = globalThis.setTimeout
  holdScheduler()()
  expect(globalThis.setTimeout).toBe(before)
})

test('importing the package sets no scheduler', async () => {
  const set = vi.spyOn(notifyManager, 'setScheduler')
  onTestFinished(() => set.mockRestore())
  vi.resetModules()
  await import('react-query-realtime')
  expect(set).not.toHaveBeenCalled()
})
