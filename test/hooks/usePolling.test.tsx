import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import {
  ConnectionFailedError,
  type PollingOptions,
  type PollingResult,
  pollingOptions,
  usePolling,
} from 'react-query-realtime'
import { describe, expect, it, vi } from 'vitest'
import { pass, renderLive, setOnline, setVisible, useFakeTime } from './pollingSetup.tsx'
import { until } from '../support/until.ts'

type Answers = (call: number) => unknown

type View = Pick<
  PollingResult,
  'data' | 'error' | 'isError' | 'refetch' | 'isPolling' | 'nextPollAt' | 'pausedBy' | 'pause' | 'resume'
>

/** A component that polls a function; `view` holds its last result. */
function setUp(answers: Answers, options: Partial<PollingOptions> = {}) {
  const view = { current: undefined as unknown as View }
  const queryFn = vi.fn(() => Promise.resolve(answers(queryFn.mock.calls.length)))
  const definition = pollingOptions({ queryKey: ['count'], queryFn, interval: 1_000, ...options })
  function Counter(more: Partial<PollingOptions>) {
    const result = usePolling({ ...definition, ...more })
    const { data, error, isError, refetch, isPolling, nextPollAt, pausedBy, pause, resume } = result
    view.current = { data, error, isError, refetch, isPolling, nextPollAt, pausedBy, pause, resume }
    return <b>{JSON.stringify(data)}</b>
  }
  return { Counter, view, queryFn, definition }
}

const fail = () => {
  throw new Error('no')
}

describe('usePolling: schedule', () => {
  it('polls one interval after each response', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call)
    renderLive(<Counter />)
    await pass(3_100)
    expect(queryFn).toHaveBeenCalledTimes(4)
    expect(screen.getByText('4')).toBeDefined()
  })

  it('adds jitter to a Retry-After, even if the page becomes visible meanwhile', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => {
      if (call > 1) return call
      throw new ConnectionFailedError('busy', { kind: 'status', status: 429, retryAfter: 10_000 })
    })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    renderLive(<Counter />)
    await pass(12_000)
    setVisible(false)
    setVisible(true)
    await pass(2_900)
    expect(queryFn).toHaveBeenCalledTimes(1)
    await pass(200)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(1_000)
    expect(queryFn).toHaveBeenCalledTimes(3)
  })

  it('never overlaps: it waits a whole interval after a slow response (P1)', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(() => new Promise(resolve => setTimeout(() => resolve(1), 2_500)))
    renderLive(<Counter />)
    await pass(3_400)
    expect(queryFn).toHaveBeenCalledTimes(1)
    await pass(200)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('never overwrites newer data with an older, late response (P2)', async () => {
    useFakeTime()
    const { Counter, view } = setUp(
      call => new Promise(resolve => setTimeout(() => resolve(call), call === 2 ? 800 : 10)),
    )
    renderLive(<Counter />)
    await pass(1_100)
    void act(() => void view.current.refetch())
    await pass(50)
    expect(view.current.data).toBe(3)
    await pass(850)
    expect(view.current.data).toBe(3)
  })

  it('shortens the first interval by up to a tenth at random (P9)', async () => {
    useFakeTime()
    vi.mocked(Math.random).mockReturnValue(0.99)
    const { Counter, queryFn } = setUp(call => call)
    renderLive(<Counter />)
    await pass(905)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(950)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('takes the interval from a function of the data, and stops at false', async () => {
    useFakeTime()
    const interval = (data: unknown) => (data === 1 ? 100 : data === 2 ? 5_000 : false)
    const { Counter, queryFn, view } = setUp(call => call, { interval })
    renderLive(<Counter />)
    await pass(110)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(4_900)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(20_000)
    expect(queryFn).toHaveBeenCalledTimes(3)
    expect(view.current).toMatchObject({ isPolling: false, nextPollAt: null })
  })

  it('gives an interval function no response if a queryFn fetches', async () => {
    const interval = vi.fn<(data: unknown, response: unknown) => number>(() => 1_000)
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call, { interval })
    renderLive(<Counter />)
    await pass(1_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
    expect(new Set(interval.mock.calls.map(([, response]) => response))).toEqual(new Set([undefined]))
  })

  it('applies a new interval immediately, counted from the last response', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call, { interval: 60_000 })
    const { rerender } = renderLive(<Counter />)
    await pass(5_000)
    rerender(<Counter interval={6_000} />)
    await pass(1_100)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('stops when stopWhen returns true, and starts again when other data arrives', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call, { stopWhen: data => data === 2 })
    const { queryClient } = renderLive(<Counter />)
    await pass(500)
    expect(view.current.isPolling).toBe(true)
    await pass(10_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
    expect(view.current.isPolling).toBe(false)
    act(() => void queryClient.setQueryData(['count'], 0))
    await pass(1_000)
    expect(queryFn).toHaveBeenCalledTimes(3)
    expect(view.current.isPolling).toBe(true)
  })

  it('stops on an error when stopWhen returns true for it, before there is data, too', async () => {
    useFakeTime()
    let answer: () => unknown = fail
    const stopWhen = vi.fn((_data: unknown, error: Error | null) => error?.message === 'no')
    const { Counter, queryFn, view } = setUp(() => answer(), { stopWhen })
    renderLive(<Counter />)
    await pass(60_000)
    expect(queryFn).toHaveBeenCalledTimes(1)
    expect(stopWhen.mock.lastCall).toEqual([undefined, new Error('no')])
    expect(view.current).toMatchObject({ isPolling: false, nextPollAt: null, isError: true })
    answer = () => 1
    act(() => view.current.resume())
    await pass(2_100)
    expect(queryFn).toHaveBeenCalledTimes(4)
    expect(stopWhen.mock.lastCall).toEqual([1, null])
    expect(view.current.isPolling).toBe(true)
    answer = fail
    await pass(60_000)
    expect(stopWhen.mock.lastCall).toEqual([1, new Error('no')])
    expect(view.current).toMatchObject({ data: 1, isPolling: false })
    const polls = queryFn.mock.calls.length
    answer = () => 2
    await act(() => view.current.refetch())
    await pass(1_100)
    expect(queryFn).toHaveBeenCalledTimes(polls + 2)
  })

  it('keeps polling after other errors, and calls stopWhen only once there is data or an error', async () => {
    useFakeTime()
    const stopWhen = vi.fn(() => false)
    const { Counter, queryFn } = setUp(fail, { stopWhen })
    renderLive(<Counter />)
    expect(stopWhen).not.toHaveBeenCalled()
    await pass(20_000)
    expect(queryFn.mock.calls.length).toBeGreaterThan(2)
    expect(stopWhen).toHaveBeenCalled()
  })

  it('a shared definition has the key that its polls use', () => {
    expect(pollingOptions({ url: '/jobs/1', interval: 1_000 }).queryKey).toEqual(['poll', '/jobs/1'])
    expect(pollingOptions({ url: '/jobs/1', queryKey: ['job'], interval: 1_000 }).queryKey).toEqual(['job'])
    expect(() => pollingOptions({ url: () => '/jobs/1', interval: 1_000 })).toThrow(/queryKey/)
  })

  it('reports a stopWhen that throws, and keeps polling', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call, { stopWhen: fail })
    renderLive(<Counter />)
    await expect(pass(1_000)).rejects.toThrow('no')
    await expect(pass(1_000)).rejects.toThrow('no')
    expect(queryFn.mock.calls.length).toBeGreaterThan(1)
    expect(view.current.error).toBeNull()
  })

  it('reports an async stopWhen, and keeps polling', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call, {
      stopWhen: (() => Promise.resolve(true)) as never,
    })
    renderLive(<Counter />)
    // Outside of `act`: React 18 drops the renders of an `act` that rejects.
    for (let second = 0; second < 2; second++)
      await expect(vi.advanceTimersByTimeAsync(1_000)).rejects.toThrow(/"stopWhen" returned a promise/)
    expect(queryFn.mock.calls.length).toBeGreaterThan(1)
    expect(view.current.isPolling).toBe(true)
  })

  it('pushes neither restart nor starve the polls', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(() => 'polled')
    const { queryClient } = renderLive(<Counter />)
    for (let i = 0; i < 30; i++) {
      await pass(100)
      act(() => void queryClient.setQueryData(['count'], i))
    }
    expect(queryFn).toHaveBeenCalledTimes(4)
  })

  it('enabled: false polls nothing until it is true', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call)
    const { rerender } = renderLive(<Counter enabled={false} />)
    await pass(5_000)
    expect(queryFn).not.toHaveBeenCalled()
    expect(view.current.isPolling).toBe(false)
    rerender(<Counter enabled />)
    await pass(1_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })
})

describe('usePolling: pause and resume', () => {
  it('pauses while the page is hidden, and polls once when it becomes visible (P6)', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call)
    renderLive(<Counter />)
    await pass(500)
    setVisible(false)
    await pass(10_000)
    expect(queryFn).toHaveBeenCalledTimes(1)
    expect(view.current).toMatchObject({ isPolling: false, nextPollAt: null, pausedBy: new Set(['hidden']) })
    setVisible(true)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(900)
    expect(queryFn).toHaveBeenCalledTimes(2)
    expect(view.current).toMatchObject({ isPolling: true, pausedBy: new Set() })
  })

  it('polls when the page becomes visible, even if no poll was missed', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call, { interval: 60_000 })
    renderLive(<Counter />)
    await pass(100)
    setVisible(false)
    await pass(100)
    setVisible(true)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(59_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('polls immediately during a backoff when the browser reports a change', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => (call === 2 ? fail() : call), { interval: 60_000 })
    renderLive(<Counter />)
    await pass(60_100)
    expect(queryFn).toHaveBeenCalledTimes(2)
    setOnline(true)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(3)
    setOnline(true)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(3)
  })

  it("keeps polling with whenHidden: 'stay'", async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call, { whenHidden: 'stay' })
    renderLive(<Counter />)
    setVisible(false)
    await pass(3_000)
    expect(queryFn).toHaveBeenCalledTimes(4)
    expect(view.current.pausedBy.size).toBe(0)
  })

  it('polls once on wake, not once for each missed poll (P7)', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call, { interval: 60_000 })
    renderLive(<Counter />)
    await pass(1_000)
    vi.setSystemTime(Date.now() + 3_600_000)
    await pass(20_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(59_000 - 20_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('keeps its schedule when the wall clock is set back', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call)
    renderLive(<Counter />)
    await pass(500)
    expect(queryFn).toHaveBeenCalledTimes(1)
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(500)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(1_000)
    expect(queryFn).toHaveBeenCalledTimes(3)
  })

  it('keeps the end of a Retry-After when the wall clock is set back, and shows nextPollAt in wall time', async () => {
    useFakeTime()
    const busy = () => {
      throw new ConnectionFailedError('busy', { kind: 'status', status: 429, retryAfter: 30_000 })
    }
    const { Counter, queryFn, view } = setUp(call => (call === 1 ? busy() : call))
    renderLive(<Counter />)
    await pass(1_000)
    expect((view.current.nextPollAt ?? 0) - Date.now()).toBe(29_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(20_100)
    expect((view.current.nextPollAt ?? 0) - Date.now()).toBe(8_900)
    await pass(8_899)
    expect(queryFn).toHaveBeenCalledTimes(1)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('polls once a minute while offline, and once when it is online again (P8)', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => (call > 1 ? fail() : call))
    renderLive(<Counter />)
    await pass(100)
    setOnline(false)
    await pass(59_000)
    expect(queryFn).toHaveBeenCalledTimes(1)
    expect(view.current).toMatchObject({ isPolling: false, pausedBy: new Set(['offline']) })
    await pass(1_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(59_000)
    expect(queryFn).toHaveBeenCalledTimes(2)
    setOnline(true)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(3)
    await pass(900)
    expect(queryFn).toHaveBeenCalledTimes(3)
  })

  it('pauses with pause(), and polls immediately with resume()', async () => {
    useFakeTime()
    const { Counter, queryFn, view } = setUp(call => call)
    renderLive(<Counter />)
    await pass(100)
    const { pause, resume } = view.current
    act(pause)
    await pass(5_000)
    expect(queryFn).toHaveBeenCalledTimes(1)
    expect(view.current).toMatchObject({ isPolling: false, nextPollAt: null, pausedBy: new Set(['user']) })
    act(resume)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(2)
    expect(view.current.pause).toBe(pause)
  })

  it('resumes without a render loop, even if a component renders slowly', async () => {
    const { Counter, queryFn, view } = setUp(call => call, { interval: 60_000 })
    let renders = 0
    function Slow() {
      renders++
      const { nextPollAt } = usePolling({ queryKey: ['count'], queryFn, interval: 60_000 })
      const end = performance.now() + 3
      while (performance.now() < end);
      return <i>{nextPollAt}</i>
    }
    renderLive(
      <>
        <Counter />
        <Slow />
      </>,
    )
    await until(() => expect(view.current.data).toBe(1))
    act(view.current.pause)
    renders = 0
    act(view.current.resume)
    expect(renders).toBeLessThan(10)
    await until(() => expect(queryFn).toHaveBeenCalledTimes(2))
  })
})

describe('usePolling: errors', () => {
  it('keeps the data after an error, and backs off until a poll succeeds', async () => {
    useFakeTime()
    vi.mocked(Math.random).mockReturnValue(0.999)
    const { Counter, queryFn, view } = setUp(call => (call === 2 || call === 3 ? fail() : call))
    renderLive(<Counter />)
    await pass(1_010)
    expect(queryFn).toHaveBeenCalledTimes(2)
    expect(view.current).toMatchObject({ data: 1, isError: true })
    await pass(1_850)
    expect(queryFn).toHaveBeenCalledTimes(2)
    await pass(100)
    expect(queryFn).toHaveBeenCalledTimes(3)
    await pass(3_900)
    expect(queryFn).toHaveBeenCalledTimes(3)
    await pass(1_100)
    expect(queryFn).toHaveBeenCalledTimes(5)
    expect(view.current).toMatchObject({ data: 5, isError: false })
  })

  it('does not retry by default, and retries if told to', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(fail, { retry: 1, retryDelay: 10 })
    renderLive(<Counter />)
    await pass(500)
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('throws a helpful error for a url without a provider, and for a queryFn without a queryKey', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const client = new QueryClient()
    const Poll = (options: Partial<PollingOptions>) => {
      usePolling({ interval: 1_000, ...options })
      return null
    }
    const mount = (options: Partial<PollingOptions>) => () =>
      render(
        <QueryClientProvider client={client}>
          <Poll {...options} />
        </QueryClientProvider>,
      )
    expect(mount({ url: '/x' })).toThrow(/RealtimeProvider/)
    expect(mount({ queryFn: () => 1 })).toThrow(/queryKey/)
    expect(mount({ url: () => '/x' })).toThrow(/queryKey/)
    expect(mount({ queryKey: ['x'], queryFn: () => 1 })).not.toThrow()
    vi.restoreAllMocks()
  })
})

describe('usePolling: sharing and unmounting', () => {
  it('shares one loop between components with one key, at the shorter interval', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call)
    const { rerender } = renderLive([<Counter key="a" interval={500} />, <Counter key="b" />])
    await pass(2_000)
    expect(queryFn).toHaveBeenCalledTimes(5)
    rerender(<Counter key="b" />)
    await pass(2_000)
    expect(queryFn).toHaveBeenCalledTimes(7)
  })

  it('keeps its schedule under StrictMode', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call)
    renderLive(<Counter />, { strict: true })
    await pass(100)
    const first = queryFn.mock.calls.length
    await pass(3_000)
    expect(queryFn).toHaveBeenCalledTimes(first + 3)
  })

  it('leaves no timer and no listener after the last unmount', async () => {
    useFakeTime()
    const added = vi.spyOn(window, 'addEventListener')
    const removed = vi.spyOn(window, 'removeEventListener')
    const { Counter, queryFn } = setUp(call => call, { gcTime: Infinity })
    const { rerender, queryClient } = renderLive(<Counter />)
    await pass(100)
    const listeners = queryClient.getQueryCache().hasListeners()
    rerender(null)
    await pass(0)
    expect(listeners).toBe(true)
    expect(queryClient.getQueryCache().hasListeners()).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
    const ours = (call: unknown[]) => ['pagehide', 'pageshow'].includes(String(call[0]))
    expect(added.mock.calls.filter(ours)).toHaveLength(2)
    expect(removed.mock.calls.filter(ours)).toHaveLength(2)
    await pass(10_000)
    expect(queryFn).toHaveBeenCalledTimes(1)
  })

  it('polls only the new key when the key changes', async () => {
    useFakeTime()
    const { Counter, queryFn } = setUp(call => call)
    const other = vi.fn(() => Promise.resolve('other'))
    const { rerender } = renderLive(<Counter />)
    await pass(100)
    rerender(<Counter queryKey={['other']} queryFn={other} />)
    await pass(2_100)
    expect(queryFn).toHaveBeenCalledTimes(1)
    expect(other).toHaveBeenCalledTimes(3)
  })

  it('renders on a server without a request', () => {
    const { Counter, queryFn } = setUp(call => call)
    const html = renderToString(
      <QueryClientProvider client={new QueryClient()}>
        <Counter />
      </QueryClientProvider>,
    )
    expect(html).toBe('<b></b>')
    expect(queryFn).not.toHaveBeenCalled()
  })
})

describe('usePolling: renders', () => {
  it('does not re-render a component that reads only data when the body is equal', async () => {
    useFakeTime()
    const renders = vi.fn()
    const { definition, queryFn } = setUp(() => ({ a: [1] }))
    const Reader = () => {
      renders(usePolling(definition).data)
      return null
    }
    renderLive(<Reader />)
    await pass(5_000)
    expect(queryFn).toHaveBeenCalledTimes(6)
    expect(renders.mock.calls).toEqual([[undefined], [{ a: [1] }]])
  })

  it('re-renders a component that reads only nextPollAt once a poll, and one that reads nothing never', async () => {
    useFakeTime()
    const renders = vi.fn()
    const silent = vi.fn()
    const { definition } = setUp(call => call)
    const Countdown = () => {
      renders(usePolling(definition).nextPollAt)
      return null
    }
    const Silent = () => {
      usePolling(definition)
      silent()
      return null
    }
    renderLive([<Countdown key="a" />, <Silent key="b" />])
    // In steps, since React 18 renders once for all that happens within one.
    for (let step = 0; step < 7; step++) await pass(500)
    const planned = renders.mock.calls.map(([at]) => at as number | null)
    expect(planned[0]).toBeNull()
    expect(new Set(planned).size).toBe(planned.length)
    expect(planned).toHaveLength(1 + 4)
    expect(silent).toHaveBeenCalledTimes(1)
  })
})
