import { createServer } from 'node:http'
import { startServer } from '../support.tsx'

/**
 * Jobs that a POST starts: 202 and `Location`, then 202 and `Retry-After` while it runs, and 303 to the result.
 * https://learn.microsoft.com/azure/architecture/patterns/asynchronous-request-reply
 */
export async function startJobs() {
  const tokens = new Set(['secret'])
  const jobs = new Map<string, { percent: number; isDone: boolean; polls: number }>()
  const server = createServer((request, response) => {
    const { method, url = '' } = request
    if (!tokens.has(request.headers.authorization?.slice('Bearer '.length) ?? ''))
      return void response.writeHead(401).end()
    const respond = (status: number, headers: Record<string, string>, body: object) =>
      void response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers })
        .end(JSON.stringify(body))
    if (method === 'POST' && url === '/reports') {
      const location = `/jobs/${jobs.size + 1}`
      jobs.set(location, { percent: 0, isDone: false, polls: 0 })
      return respond(202, { Location: location }, {})
    }
    const job = jobs.get(url.replace('/reports/', '/jobs/'))
    if (!job) return respond(404, {}, {})
    if (url.startsWith('/reports/')) return respond(200, {}, { rows: 3 })
    job.polls++
    if (job.isDone) return respond(303, { Location: url.replace('/jobs/', '/reports/') }, {})
    respond(202, { 'Retry-After': '1' }, { percent: job.percent })
  })
  return { ...(await startServer(server)), tokens, jobs }
}
