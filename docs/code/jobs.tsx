// #region job
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

export interface Job {
  id: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  progress: number
  error?: string | undefined
}

async function send(method: string, url: string): Promise<Job> {
  const response = await fetch(url, { method })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await response.json()) as Job
}

export const startJob = (file: string) => send('POST', `/jobs?file=${encodeURIComponent(file)}`)
export const fetchJob = (id: string) => send('GET', `/jobs/${id}`)
export const cancelJob = (id: string) => send('DELETE', `/jobs/${id}`)
// #endregion job

// #region view
export function JobView({ job, onCancel }: { job: Job; onCancel: () => void }) {
  return (
    <section>
      <progress max={100} value={job.progress} />
      <p role="status">
        {job.state}, {job.progress}%
      </p>
      {job.error && <p role="alert">{job.error}</p>}
      {job.state === 'running' && <button onClick={onCancel}>Cancel</button>}
    </section>
  )
}
// #endregion view

// #region polling
import { pollingOptions, usePolling } from 'react-query-realtime'

export const jobPoll = (id: string) =>
  pollingOptions<Job>({
    url: `/jobs/${id}`,
    queryKey: ['job', { id }],
    interval: 1_000,
    stopWhen: job => job !== undefined && job.state !== 'running',
  })

export function PolledJob({ id }: { id: string }) {
  const { data: job, error, refetch } = usePolling(jobPoll(id))
  const cancel = useMutation({ mutationFn: () => cancelJob(id), onSuccess: () => refetch() })
  if (!job) return <p>{error ? error.message : 'Loading…'}</p>
  return (
    <>
      <JobView job={job} onCancel={() => cancel.mutate()} />
      {error && <p>Not up to date: {error.message}</p>}
    </>
  )
}
// #endregion polling

// #region events
import { useQuery } from '@tanstack/react-query'
import { useServerEvents } from 'react-query-realtime'

export function StreamedJob({ id }: { id: string }) {
  const { status } = useServerEvents({
    url: `/jobs/${id}/events`,
    silenceTimeout: 30_000, // twice the interval of the server's comments
    isLast: ({ response }) => (response as Job).state !== 'running',
  })
  const { data: job, error, refetch } = useQuery({ queryKey: ['job', { id }], queryFn: () => fetchJob(id) })
  const cancel = useMutation({ mutationFn: () => cancelJob(id), onSuccess: () => refetch() })
  if (!job) return <p>{error ? error.message : 'Loading…'}</p>
  return (
    <>
      <JobView job={job} onCancel={() => cancel.mutate()} />
      {status === 'reconnecting' && <p>Reconnecting…</p>}
    </>
  )
}
// #endregion events

// #region socket
import { socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'

const params = z.object({ id: z.string() })
const response = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  progress: z.number(),
  error: z.string().optional(),
})

export const jobsSocket = socketOptions({
  url: '/socket',
  messages: { job: { params, response }, 'job.cancel': { params, response } },
})

export function SocketJob({ id }: { id: string }) {
  const { data: job, error } = useSocketQuery(jobsSocket, { type: 'job', params: { id } })
  const { request } = useSocket(jobsSocket)
  const cancel = useMutation({ mutationFn: () => request({ type: 'job.cancel', params: { id } }) })
  if (!job) return <p>{error ? error.message : 'Loading…'}</p>
  return <JobView job={job} onCancel={() => cancel.mutate()} />
}
// #endregion socket

// #region start
export function ImportPage({ file }: { file: string }) {
  const [id, setId] = useState<string>()
  const start = useMutation({ mutationFn: () => startJob(file), onSuccess: job => setId(job.id) })
  if (id !== undefined) return <PolledJob id={id} />
  return (
    <button disabled={start.isPending} onClick={() => start.mutate()}>
      Import {file}
    </button>
  )
}
// #endregion start
