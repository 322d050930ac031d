import type { Workload } from '../Workload.ts'

const messages = 20_000

export const serverEvents: Workload = {
  name: 'server-events',
  title: 'Server-Sent Events',
  description:
    '20,000 events at once, over 100 keys. A component shows each key. All contenders but this library use the native EventSource.',
  contenders: ['realtime', 'floor', 'raw', 'setQueryData', 'swr'],
  columns: [
    { metric: 'cpu', header: 'main thread, µs an event', digits: 1 },
    { metric: 'cpu', against: 'floor', header: '× floor', digits: 2 },
    { metric: 'cpu', against: 'best peer', header: '× best peer', digits: 2 },
    { metric: 'seconds', header: 'seconds', digits: 2 },
  ],
  measure: (bench, contender) =>
    bench.visit(contender, async visit => {
      await visit.mount({ transport: 'events' })
      await visit.play({ messages: 5_000 })
      await visit.mainThread.collectGarbage()
      const { cpu, seconds } = await visit.play({ messages })
      return { cpu: (cpu / messages) * 1e6, seconds }
    }),
}
