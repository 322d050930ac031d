import { createServer, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

interface Job {
  id: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  progress: number
  error?: string
}

/** Runs jobs of five steps. `stepTime` is in ms. A job for the file "broken.csv" fails at step three. */
export function createJobsServer(stepTime = 1_000): Server {
  const jobs = new Map<string, Job>()
  const watchers = new Set<(job: Job) => void>()

  function update(job: Job) {
    jobs.set(job.id, job)
    for (const watch of watchers) watch(job)
    return job
  }

  function step(id: string, file: string) {
    const job = jobs.get(id)
    if (job?.state !== 'running') return
    const progress = job.progress + 20
    if (file === 'broken.csv' && progress === 60) {
      update({ ...job, state: 'failed', error: 'Line 3 has no date' })
    } else {
      update({ ...job, progress, state: progress === 100 ? 'done' : 'running' })
      setTimeout(step, stepTime, id, file)
    }
  }

  function start(file: string) {
    const id = String(jobs.size + 1)
    setTimeout(step, stepTime, id, file)
    return update({ id, state: 'running', progress: 0 })
  }

  function cancel(id: string) {
    const job = jobs.get(id)
    return job?.state === 'running' ? update({ ...job, state: 'cancelled' }) : job
  }

  // #region http
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const [, , id = '', events] = pathname.split('/')
    const reply = (status: number, body?: Job) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null))

    if (request.method === 'POST') return reply(201, start(searchParams.get('file') ?? ''))
    const job = request.method === 'DELETE' ? cancel(id) : jobs.get(id)
    if (!job) return reply(404)
    if (!events) return reply(200, job)

    // #region events
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const watch = (next: Job) => {
      if (next.id !== id) return
      response.write(`data: ${JSON.stringify({ type: 'job', params: { id }, response: next })}\n\n`)
      if (next.state !== 'running') response.end()
    }
    watchers.add(watch)
    // A comment every 15 s proves to the client that the stream is alive.
    const beat = setInterval(() => response.write(':\n\n'), 15_000)
    response.on('close', () => {
      clearInterval(beat)
      watchers.delete(watch)
    })
    watch(job) // The current state first: a client that reconnects has missed nothing.
    // #endregion events
  })
  // #endregion http

  // #region socket
  const sockets = new WebSocketServer({ server, path: '/socket' })
  sockets.on('connection', (socket: WebSocket) => {
    const send = (message: object) => socket.send(JSON.stringify(message))
    const watch = (job: Job) => send({ type: 'job', params: { id: job.id }, response: job })
    watchers.add(watch)
    socket.on('close', () => watchers.delete(watch))
    socket.on('message', (data: Buffer) => {
      const { type, params, id } = JSON.parse(data.toString()) as {
        type: string
        params: { id: string }
        id: number
      }
      const job = type === 'job.cancel' ? cancel(params.id) : jobs.get(params.id)
      send({ type, params, re: id, ...(job ? { response: job } : { error: 'No such job' }) })
    })
  })
  // #endregion socket

  return server
}
