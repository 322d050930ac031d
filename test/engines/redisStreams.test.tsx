import { setTimeout as sleep } from 'node:timers/promises'
import {
  cursorInQuery,
  type Recovery,
  useLongPoll,
  usePolling,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { missingPackages } from '../../examples/redis-streams/cluster.mjs'
import { type RunningCompanion, startCompanion } from './companion.ts'
import type { FaultTest, UseTransport } from './Engine.ts'
import { testEngine } from './testEngine.tsx'

/** As the page of the example does. */
const numbered: Recovery = {
  cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
}
const resumed: Recovery = {
  ...numbered,
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}

const usePoll: UseTransport = ({ queryKey }) => {
  const { status } = usePolling({ url: '/api/rows', queryKey, interval: 1_000 })
  return status === 'success' ? 'open' : status
}
const useHeldPoll: UseTransport = ({ options }) =>
  useLongPoll({ url: '/api/changes', holdTimeout: 8_000, recovery: numbered, ...options }).status
const useEvents: UseTransport = ({ options }) =>
  useServerEvents({ url: '/api/events', silenceTimeout: 6_000, recovery: numbered, ...options }).status
const useRowSocket: UseTransport = ({ options }) =>
  useSocket({ url: '/api/socket', recovery: resumed, ...options }).status

const transports = { poll: usePoll, 'long poll': useHeldPoll, events: useEvents, socket: useRowSocket }

const pushed = ['long poll', 'events', 'socket']

type Cluster = RunningCompanion['cluster']
type Part = Cluster['redis']

async function down(part: Part, signal: NodeJS.Signals, seconds: number) {
  await part.end(signal)
  await sleep(seconds * 1_000)
  await part.start()
}

async function freeze(part: Part, seconds: number) {
  part.signal('SIGSTOP')
  await sleep(seconds * 1_000)
  part.signal('SIGCONT')
}

/** The balancer sees an instance again one second after it is back. */
async function restartInTurn({ instances }: Cluster) {
  for (const instance of Object.values(instances)) {
    await down(instance, 'SIGTERM', 0)
    await sleep(3_000)
  }
}

/** More rows than the log keeps come while clients are away. */
async function outrun({ balancer, urls }: Cluster) {
  await balancer.end('SIGKILL')
  for (let id = 1_000_000; id < 1_000_300; id++)
    await fetch(`${urls[0]}/api/rows`, { method: 'POST', body: JSON.stringify({ id }) })
  await balancer.start()
}

type CompanionTest = FaultTest<RunningCompanion>
type Settings = Parameters<typeof startCompanion>[0]

const row = (
  fault: string,
  strike: (cluster: Cluster) => Promise<unknown>,
  { settings, ...more }: Partial<CompanionTest> & { settings?: Settings } = {},
): CompanionTest => ({
  fault,
  start: () => startCompanion(settings),
  strike: ({ cluster }) => strike(cluster),
  ...more,
})

testEngine('Redis Streams', {
  missing: missingPackages(),
  transports,
  faults: [
    row('none', () => Promise.resolve(), { resumes: pushed }),
    row('instance A killed, 4 s', ({ instances }) => down(instances.a, 'SIGKILL', 4), { resumes: pushed }),
    row('instance A frozen, 8 s', ({ instances }) => freeze(instances.a, 8), { resumes: pushed }),
    row('rolling restart', restartInTurn, { resumes: pushed }),
    row('Redis killed, 4 s', ({ redis }) => down(redis, 'SIGKILL', 4), { resumes: pushed }),
    row('Redis killed, 4 s, nothing kept', ({ redis }) => down(redis, 'SIGKILL', 4), {
      settings: { isDurable: false },
    }),
    row('Redis emptied', ({ askRedis }) => askRedis('FLUSHALL')),
    row('clients away: 300 rows come, 100 are kept', outrun, {
      settings: { keep: 100 },
      loses: pushed,
    }),
    row('clients away: balancer killed, 4 s', ({ balancer }) => down(balancer, 'SIGKILL', 4), {
      resumes: pushed,
    }),
  ],
})
