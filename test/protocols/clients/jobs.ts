import { pollingOptions } from 'react-query-realtime'

interface Job {
  isDone: boolean
  percent?: number
  report?: { rows: number }
}

/** For `useMutation`. Returns the address of the job. */
export async function startReport(baseUrl: string, token: string): Promise<string> {
  const response = await fetch(`${baseUrl}/reports`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
  })
  return response.headers.get('Location') ?? ''
}

export const jobPoll = (location: string) =>
  pollingOptions({
    url: location,
    // The job answers with 202 while it runs, then redirects to its report, which `fetch` follows.
    parse: (body, { status }): Job =>
      status === 202
        ? { isDone: false, ...(JSON.parse(body) as { percent: number }) }
        : { isDone: true, report: JSON.parse(body) as { rows: number } },
    interval: (_job, response) => Number(response?.headers.get('Retry-After') ?? 5) * 1_000,
    stopWhen: job => job?.isDone ?? false,
  })
