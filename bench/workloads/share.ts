import type { Workload } from '../Workload.ts'

export const share: Workload = {
  name: 'share',
  title: 'Sharing',
  description:
    '100 components use one URL. Then 500 more are mounted and unmounted in one tick. Then all unmount, and 2.5 s later the rest is counted.',
  contenders: ['realtime', 'reactUseWebSocket', 'partysocket', 'ahooks'],
  isConcurrent: true,
  columns: [
    { metric: 'sockets', header: 'sockets of 100', digits: 0 },
    { metric: 'socketsAfter', header: 'sockets after 500 more', digits: 0 },
    { metric: 'socketsLeft', header: 'sockets left', digits: 0 },
    { metric: 'timersLeft', header: 'timers left', digits: 0 },
    { metric: 'listenersLeft', header: 'listeners left', digits: 0 },
  ],
  measure: (bench, contender) =>
    bench.visit(contender, async visit => ({ ...(await visit.measureShare()) }), ['watch']),
}
