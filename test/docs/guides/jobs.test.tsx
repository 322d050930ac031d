import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { ImportPage, PolledJob, SocketJob, startJob, StreamedJob } from '../../../docs/code/jobs.tsx'
import { createJobsServer } from '../../../docs/code/jobsServer.ts'
import { countRequests, openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const shows = (text: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), patient)
const ONE_HOUR = 3_600_000

test('an import is started by a click and polled until it is done, and then no more', async () => {
  const server = createJobsServer(200)
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(<ImportPage file="orders.csv" />)
  fireEvent.click(screen.getByRole('button', { name: 'Import orders.csv' }))
  await shows('done, 100%')
  expect(screen.queryByRole('button')).toBeNull()
  const polls = requests.length
  await new Promise(resolve => setTimeout(resolve, 1_300))
  expect(requests).toHaveLength(polls)
})

const components = { PolledJob, StreamedJob, SocketJob }

test.each(Object.entries(components))('%s shows why a job has failed', async (_name, Component) => {
  const page = await openPage(createJobsServer(100))
  const { id } = await startJob('broken.csv')
  page.render(<Component id={id} />)
  await shows('failed, 40%')
  expect(screen.getByRole('alert').textContent).toBe('Line 3 has no date')
})

test.each(Object.entries(components))('%s cancels a job', async (_name, Component) => {
  const page = await openPage(createJobsServer(ONE_HOUR))
  const { id } = await startJob('orders.csv')
  page.render(<Component id={id} />)
  await shows('running, 0%')
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  await shows('cancelled, 0%')
})

test('a job whose stream is dead shows that it was cancelled', async () => {
  const page = await openPage(createJobsServer(ONE_HOUR), { fetch: () => new Promise(() => undefined) })
  const { id } = await startJob('orders.csv')
  page.render(<StreamedJob id={id} />)
  await shows('running, 0%')
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  await shows('cancelled, 0%')
})

test('the event stream ends after the last message, and is not requested again', async () => {
  const server = createJobsServer(50)
  const requests = countRequests(server)
  const page = await openPage(server)
  const { id } = await startJob('orders.csv')
  page.render(<StreamedJob id={id} />)
  await shows('done, 100%')
  await waitFor(() => {
    const statuses = page.events.flatMap(event => (event.kind === 'status' ? event.status : []))
    expect(statuses.at(-1)).toBe('closed')
  }, patient)
  await new Promise(resolve => setTimeout(resolve, 500))
  expect(requests.filter(request => request.endsWith('/events'))).toHaveLength(1)
})

test.each(Object.entries(components))(
  '%s shows what happened while the server was unreachable',
  async (_name, Component) => {
    const page = await openPage(createJobsServer(300))
    const { id } = await startJob('orders.csv')
    page.render(<Component id={id} />)
    await waitFor(() => expect(screen.getByRole('status').textContent).toMatch(/^running/), patient)
    await page.goDown()
    await new Promise(resolve => setTimeout(resolve, 1_700))
    expect(screen.getByRole('status').textContent).toMatch(/^running/)
    await page.comeBack()
    await shows('done, 100%')
  },
)

test('a poll of a job that does not exist shows the error, and ends', async () => {
  const server = createJobsServer()
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(<PolledJob id="7" />)
  await screen.findByText(/status 404/, undefined, patient)
  const polls = requests.length
  await new Promise(resolve => setTimeout(resolve, 2_500))
  expect(requests).toHaveLength(polls)
})
