import { useLongPoll, usePolling, useServerEvents, useSocket } from 'react-query-realtime'
import { nchan } from 'react-query-realtime/engines'
import { missingPackages } from '../../examples/nchan-cluster/cluster.mjs'
import { faults } from '../../examples/nchan-cluster/faults.mjs'
import type { FaultTest, UseTransport } from './Engine.ts'
import { type RunningCluster, startNchanCluster, startPlainChannel } from './nchanCluster.ts'
import { testEngine } from './testEngine.tsx'

const expects = { type: 'beat', within: 8_000 }

const usePoll: UseTransport = ({ queryKey }) => {
  const { status } = usePolling({ url: '/api/rows', queryKey, interval: 1_000 })
  return status === 'success' ? 'open' : status
}
const useHeldPoll: UseTransport = ({ options }) =>
  useLongPoll({ url: '/poll/rows', ...nchan.longPoll({ hold: 5_000 }), expects, ...options }).status
const useEvents: UseTransport = ({ options }) =>
  useServerEvents({ url: '/events/rows', ...nchan.events({ pingInterval: 2_000 }), expects, ...options })
    .status
const useChannelSocket: UseTransport = ({ options }) =>
  useSocket({ url: '/socket/rows', ...nchan.socket(), expects, ...options }).status

/** Longer than a healthy connection is silent (s). */
const RETENTION = 12
const kept = { rememberedFor: RETENTION * 1_000 }

const usePlainPoll: UseTransport = ({ options }) =>
  useLongPoll({ url: '/poll/plain', ...nchan.longPoll({ hold: 5_000, ...kept }), ...options }).status
const usePlainEvents: UseTransport = ({ options }) =>
  useServerEvents({ url: '/events/plain', ...nchan.events({ pingInterval: 2_000, ...kept }), ...options })
    .status
const usePlainSocket: UseTransport = ({ options }) =>
  useSocket({ url: '/socket/plain', ...nchan.socket(kept), ...options }).status

/** A channel without numbers, whose app refuses no position. */
const plain = {
  start: () => startPlainChannel({ rememberedFor: RETENTION, refusedAfter: Infinity }),
  transports: { 'long poll': usePlainPoll, events: usePlainEvents, socket: usePlainSocket },
}

const transports = { poll: usePoll, 'long poll': useHeldPoll, events: useEvents, socket: useChannelSocket }

type Settings = Parameters<typeof startNchanCluster>[0]
type NchanTest = FaultTest<RunningCluster>

const streams = ['events', 'socket']
const pushed = ['long poll', ...streams]

/** A fault of the example. */
const strike =
  (name: string, seconds = 0): NchanTest['strike'] =>
  ({ cluster }) =>
    faults[name]!.strike(cluster, seconds)

const row = (
  fault: string,
  run: NchanTest['strike'],
  more: Partial<NchanTest> & { settings?: Settings } = {},
): NchanTest => {
  const { settings, ...rest } = more
  return { fault, strike: run, start: () => startNchanCluster(settings), ...rest }
}

testEngine('Nchan', {
  missing: missingPackages(),
  transports,
  canGetStuck: true,
  faults: [
    row('none', () => Promise.resolve(), { resumes: pushed }),
    row('node A killed, 4 s', strike('kill-a', 4), { resumes: streams }),
    row('node A stopped, 7 s; kept for 5 s', strike('stop-a', 7), {
      settings: { rememberedFor: 5 },
      resumes: streams,
    }),
    row('clients away, 12 s; kept for 5 s', strike('away', 12), {
      settings: { rememberedFor: 5 },
      loses: pushed,
    }),
    row('clients away, 4 s; 10 messages kept', strike('away', 4), { settings: { buffer: 10 } }),
    row('node A frozen, 8 s', strike('freeze-a', 8)),
    row('network of node A cut, 12 s', strike('cut', 12)),
    row('network of node A cut, 12 s; kept for 5 s', strike('cut', 12), { settings: { rememberedFor: 5 } }),
    row('rolling restart', strike('rolling'), { resumes: streams }),
    row('reload of both nodes', strike('reload'), { resumes: streams }),
    row('Redis emptied', strike('flush-redis')),
    row('Redis killed, 1 s', strike('restart-redis', 1)),
    row('Redis killed, 4 s', strike('restart-redis', 4)),
    row('Redis killed, 4 s, 9 subscribers', strike('restart-redis', 4), { clients: 3 }),
    row('not numbered: clients away, 4 s; kept for 12 s', strike('away', 4), { ...plain, resumes: streams }),
    row('not numbered: clients away, 25 s; kept for 12 s', strike('away', 25), {
      ...plain,
      loses: pushed,
      cause: 'forgotten',
    }),
    row('balancer killed, 3 s', strike('away', 3), { resumes: streams }),
  ],
})
