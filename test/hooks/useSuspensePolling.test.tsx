import { useSuspenseQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { type ReactNode, startTransition, Suspense, useState } from 'react'
import { pollingOptions, usePolling, useSuspensePolling } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { allowConsole } from '../support/consoleGuard.ts'
import { ErrorBoundary } from '../support/ErrorBoundary.tsx'
import { startServer } from '../support/httpServer.ts'
import { pass as passOnce, renderLive, useFakeTime } from './pollingSetup.tsx'

const REPORTED = /The above error occurred|Error: |error boundary/

/** A server that counts the requests for each path, and a component that polls a path. */
async function setUp({ status = 200, delay = 0, interval = 60_000 } = {}) {
  const answers = { status, delay }
  const { url, requests } = await startServer(async (response, request, index) => {
    await new Promise(resolve => setTimeout(resolve, answers.delay))
    response.writeHead(answers.status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(`${request.url} ${index + 1}`))
  })
  function Reader({ path, title = path }: { path: string; title?: string }) {
    const { data, isPolling, error, pause, refetch } = useSuspensePolling<string>({ url: path, interval })
    return (
      <p title={title} onClick={pause} onDoubleClick={() => void refetch()}>
        {data.toUpperCase()}
        {isPolling && ' polling'}
        {error && ' failed'}
      </p>
    )
  }
  const show = (ui: ReactNode) =>
    renderLive(
      <ErrorBoundary>
        <Suspense fallback="Loading…">{ui}</Suspense>
      </ErrorBoundary>,
      { baseUrl: url, strict: true },
    )
  const shows = (title: string, text: string) =>
    waitFor(() => expect(screen.getByTitle(title).textContent).toBe(text), { timeout: 8_000 })
  const paths = () => requests.map(({ url: path }) => path)
  return { Reader, show, shows, paths, answers }
}

test('suspends until the first poll, with one request under StrictMode, and then polls', async () => {
  const { Reader, show, shows, paths } = await setUp({ interval: 1_000 })
  const { container } = show(<Reader path="/a" />)
  expect(container.textContent).toBe('Loading…')
  await shows('/a', '/A 1 polling')
  expect(paths()).toEqual(['/a'])
  await shows('/a', '/A 3 polling')
})

test('components with one key share a request, and others do not wait for each other', async () => {
  const { Reader, show, shows, paths } = await setUp({ delay: 50 })
  show([
    <Suspense key="1">
      <Reader path="/a" title="first" />
    </Suspense>,
    <Suspense key="2">
      <Reader path="/a" title="second" />
    </Suspense>,
    <Suspense key="3">
      <Reader path="/b" />
    </Suspense>,
  ])
  await shows('first', '/A 1 polling')
  await shows('second', '/A 1 polling')
  await shows('/b', '/B 2 polling')
  expect(paths().sort()).toEqual(['/a', '/b'])
})

test('a url that changes in a transition keeps the old data on screen, with one request', async () => {
  const { Reader, show, shows, paths, answers } = await setUp()
  let change: (path: string) => void = () => {}
  function Page() {
    const [path, setPath] = useState('/a')
    change = setPath
    return <Reader path={path} title="page" />
  }
  const { container } = show(<Page />)
  await shows('page', '/A 1 polling')
  answers.delay = 100
  act(() => startTransition(() => change('/b')))
  expect(container.textContent).toBe('/A 1 polling')
  await shows('page', '/B 2 polling')
  expect(paths()).toEqual(['/a', '/b'])
  answers.delay = 0
  act(() => change('/c'))
  expect(container.textContent).toContain('Loading…')
  await shows('page', '/C 3 polling')
  expect(paths()).toEqual(['/a', '/b', '/c'])
})

test('the error of a first poll goes to the error boundary, and a reset polls again', async () => {
  allowConsole(REPORTED)
  const { Reader, show, shows, paths, answers } = await setUp({ status: 500 })
  show(<Reader path="/a" />)
  expect((await screen.findByRole('alert')).textContent).toContain('ConnectionFailedError')
  expect(paths()).toEqual(['/a'])
  answers.status = 200
  act(() => screen.getByText('Try again').click())
  await shows('/a', '/A 2 polling')
  expect(paths()).toEqual(['/a', '/a'])
})

test('a later error keeps the data, and the next poll is the retry', async () => {
  const { Reader, show, shows, answers } = await setUp({ interval: 100 })
  show(<Reader path="/a" />)
  await shows('/a', '/A 1 polling')
  answers.status = 500
  await waitFor(() => expect(screen.getByTitle('/a').textContent).toMatch(/polling failed$/))
  answers.status = 200
  await waitFor(() => expect(screen.getByTitle('/a').textContent).toMatch(/polling$/), { timeout: 8_000 })
})

test('pause() pauses the polls, and data that usePolling has is shown without suspending', async () => {
  const { Reader, show, paths } = await setUp({ interval: 100 })
  function Namesake() {
    return <i>{usePolling<string>({ url: '/a', interval: 100 }).data ?? 'nothing'}</i>
  }
  function Page({ isLate }: { isLate: boolean }) {
    return (
      <>
        <Namesake />
        {isLate && <Reader path="/a" />}
      </>
    )
  }
  const fallback = vi.fn(() => null)
  const Fallback = fallback
  const tree = (isLate: boolean) => (
    <Suspense fallback={<Fallback />}>
      <Page isLate={isLate} />
    </Suspense>
  )
  const view = show(tree(false))
  await screen.findByText('/a 1')
  view.rerender(tree(true))
  await waitFor(() => expect(screen.getByTitle('/a').textContent).toMatch(/polling$/))
  expect(fallback).not.toHaveBeenCalled()
  act(() => screen.getByTitle('/a').click())
  await waitFor(() => expect(screen.getByTitle('/a').textContent).not.toMatch(/polling/))
  const count = paths().length
  await act(() => new Promise(resolve => setTimeout(resolve, 250)))
  // One may have been in flight.
  expect(paths().length).toBeLessThanOrEqual(count + 1)
})

/** In steps, because React renders only at the end of each. */
async function pass(ms: number) {
  for (let passed = 0; passed < ms; passed += 100) await passOnce(100)
}

/** A poll by a function, and a page that shows it beside something that suspends longer. */
function setUpSlowPage(milliseconds: number) {
  const queryFn = vi.fn(() => Promise.resolve(queryFn.mock.calls.length))
  const counter = pollingOptions({ queryKey: ['count'], queryFn, interval: 60_000 })
  const Counter = () => <b>{useSuspensePolling(counter).data}</b>
  function Slow() {
    const load = () => new Promise<string>(resolve => setTimeout(() => resolve('slow'), milliseconds))
    return <i>{useSuspenseQuery({ queryKey: ['slow'], queryFn: load }).data}</i>
  }
  const page = (
    <Suspense fallback="Loading…">
      <Counter />
      <Slow />
    </Suspense>
  )
  return { page, queryFn }
}

test('a page that is shown within a second of the first poll sends no second one', async () => {
  useFakeTime()
  const { page, queryFn } = setUpSlowPage(500)
  const { container } = renderLive(page, { strict: true })
  await pass(1_500)
  expect(container.textContent).toBe('1slow')
  await pass(50_000)
  expect(queryFn).toHaveBeenCalledTimes(1)
})

test('a page that is shown later polls once more, because its data is old', async () => {
  useFakeTime()
  const { page, queryFn } = setUpSlowPage(5_000)
  const { container } = renderLive(page, { strict: true })
  await pass(6_000)
  expect(container.textContent).toBe('2slow')
  await pass(50_000)
  expect(queryFn).toHaveBeenCalledTimes(2)
})

test('a page that was left before its first poll ended stops polling', async () => {
  useFakeTime()
  const { page, queryFn } = setUpSlowPage(5_000)
  const view = renderLive(page, { strict: true })
  view.rerender(null)
  await pass(240_000)
  expect(queryFn).toHaveBeenCalledTimes(1)
  view.queryClient.clear()
  expect(vi.getTimerCount()).toBe(0)
})

test('polls even if other components disable the query: suspense has no disabled state', async () => {
  useFakeTime()
  const counter = pollingOptions({
    queryKey: ['count'],
    queryFn: () => Promise.resolve(1),
    interval: 1_000,
    enabled: false,
  })
  function Counter() {
    const { data, isPolling } = useSuspensePolling(counter)
    return <b>{`${data} ${isPolling}`}</b>
  }
  const { container } = renderLive(
    <Suspense>
      <Counter />
    </Suspense>,
  )
  await pass(400)
  expect(container.textContent).toBe('1 true')
})
