import type { Workload } from '../Workload.ts'

const count = 20

export const polling: Workload = {
  name: 'polling',
  title: 'Polling',
  description:
    '20 polls of 200 rows that never change. In one run, the server responds with 200. In the other, it responds with 304 if the request carries the ETag.',
  contenders: ['realtime', 'setQueryData', 'ahooks', 'swr'],
  isConcurrent: true,
  columns: [
    { metric: 'renders200', header: 'renders, 200', digits: 0 },
    { metric: 'parses200', header: 'parses, 200', digits: 0 },
    { metric: 'renders304', header: 'renders, 304', digits: 0 },
    { metric: 'parses304', header: 'parses, 304', digits: 0 },
  ],
  async measure(bench, contender) {
    const measure = (url: string) =>
      bench.visit(contender, async visit => visit.measurePolls(url, count), ['watch'])
    const plain = await measure('/poll/plain')
    const validated = await measure('/poll/validated')
    for (const { polls } of [plain, validated])
      if (polls < count) throw new Error(`only ${polls} polls of ${count}`)
    return {
      renders: plain.renders + validated.renders,
      renders200: plain.renders,
      parses200: plain.parses,
      renders304: validated.renders,
      parses304: validated.parses,
    }
  },
}
