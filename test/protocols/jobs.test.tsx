import { useMutation } from '@tanstack/react-query'
import { fireEvent, screen } from '@testing-library/react'
import { type RealtimeOptions, usePolling } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { jobPoll, startReport } from './clients/jobs.ts'
import { startJobs } from './servers/startJobs.ts'
import { mountClient, shown, until } from './support.tsx'

const patient = 18_000

function Job({ location }: { location: string }) {
  const { data, error, isPolling } = usePolling(jobPoll(location))
  const progress = data?.isDone ? `${data.report!.rows} rows` : `${data?.percent ?? 0} %`
  return <p aria-label={location}>{[progress, error?.name ?? (isPolling ? 'polls' : 'rests')].join(' ')}</p>
}

function Report({ baseUrl }: { baseUrl: string }) {
  const { mutate, data: location } = useMutation({ mutationFn: () => startReport(baseUrl, 'secret') })
  return location ? <Job location={location} /> : <button onClick={() => mutate()} />
}

async function open(options: RealtimeOptions = {}, isStarted = true) {
  const server = await startJobs()
  const reports = [1, 2].map(key => <Report key={key} baseUrl={server.http} />)
  const view = mountClient(reports, { baseUrl: server.http, getToken: () => 'secret', ...options })
  if (isStarted) for (const button of screen.getAllByRole('button')) fireEvent.click(button)
  return { ...server, ...view, reports }
}

test('two jobs are polled as often as they say, each until it redirects to its result', async () => {
  const { jobs } = await open()
  await until(() => expect(shown('/jobs/1', '/jobs/2')).toEqual(['0 % polls', '0 % polls']))
  const [first, second] = [...jobs.values()]
  Object.assign(first!, { percent: 50 })
  Object.assign(second!, { isDone: true })
  await until(() => expect(shown('/jobs/1', '/jobs/2')).toEqual(['50 % polls', '3 rows rests']), patient)
  const before = performance.now()
  const { polls } = first!
  await until(() => expect(first!.polls).toBe(polls + 2), patient)
  expect(performance.now() - before).toBeGreaterThan(1_000)
  Object.assign(first!, { isDone: true })
  await until(() => expect(shown('/jobs/1')).toEqual(['3 rows rests']), patient)
})

test('a job whose component has gone is polled no more', async () => {
  const { jobs, rerender } = await open()
  await until(() => expect(shown('/jobs/1', '/jobs/2')).toEqual(['0 % polls', '0 % polls']))
  rerender(null)
  const polls = () => [...jobs.values()].map(job => job.polls)
  const before = polls()
  await new Promise(resolve => setTimeout(resolve, 1_500))
  expect(polls()).toEqual(before)
})

test('a dropped poll is repeated', async () => {
  const { server, jobs, dropConnections } = await open()
  await until(() => expect([...jobs.values()].map(({ polls }) => polls)).toEqual([1, 1]))
  server.prependOnceListener('request', () => dropConnections())
  for (const job of jobs.values()) job.isDone = true
  await until(() => expect(shown('/jobs/1', '/jobs/2')).toEqual(['3 rows rests', '3 rows rests']), patient)
})

test('a refused token is fetched again once per poll', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('/jobs/1')).toEqual(['0 % polls']))
})

test('a token that is refused twice ends the polls', async () => {
  const { rerender } = await open({ getToken: () => 'wrong' }, false)
  rerender(<Job location="/jobs/1" />)
  await until(() => expect(shown('/jobs/1')).toEqual(['0 % UnauthorizedError']))
})
