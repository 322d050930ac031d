import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {Awaited<ReturnType<typeof import('./cluster.mjs').startCluster>>} Cluster */
/** @typedef {{ does: string, seconds: number, strike(cluster: Cluster, seconds: number): Promise<unknown> }} Fault */

const wait = seconds => sleep(seconds * 1_000)

async function down(part, signal, seconds) {
  await part.end(signal)
  await wait(seconds)
  await part.start()
}

async function frozen(part, seconds) {
  part.signal('SIGSTOP')
  await wait(seconds)
  part.signal('SIGCONT')
}

/** The balancer sees a node again one second after it is back. */
async function oneByOne({ nodes }, restart) {
  for (const { nginx } of Object.values(nodes)) {
    await restart(nginx)
    await wait(3)
  }
}

/**
 * What breaks, for how many seconds if it has a time. Resolves when the cluster is whole again.
 *
 * @type {Record<string, Fault>}
 */
export const faults = {
  'kill-a': {
    does: 'kills node A',
    seconds: 8,
    strike: ({ nodes }, seconds) => down(nodes.a.nginx, 'SIGKILL', seconds),
  },
  'stop-a': {
    does: 'stops node A in order',
    seconds: 12,
    strike: ({ nodes }, seconds) => down(nodes.a.nginx, 'SIGTERM', seconds),
  },
  'freeze-a': {
    does: 'freezes node A: its connections stay, and nothing comes',
    seconds: 10,
    strike: ({ nodes }, seconds) => frozen(nodes.a.nginx, seconds),
  },
  cut: {
    does: 'cuts the network between the balancer and node A',
    seconds: 20,
    strike: ({ nodes }, seconds) => frozen(nodes.a.link, seconds),
  },
  away: {
    does: 'kills the balancer: clients reach nothing',
    seconds: 90,
    strike: ({ balancer }, seconds) => down(balancer, 'SIGKILL', seconds),
  },
  rolling: {
    does: 'restarts both nodes, one after the other',
    seconds: 0,
    strike: (cluster, seconds) => oneByOne(cluster, nginx => down(nginx, 'SIGQUIT', seconds)),
  },
  reload: {
    does: 'lets both nodes read their configuration again, one after the other',
    seconds: 0,
    strike: cluster => oneByOne(cluster, nginx => nginx.tell('SIGHUP')),
  },
  'restart-redis': {
    does: 'kills Redis, which keeps what it has on disk',
    seconds: 4,
    strike: ({ redis }, seconds) => down(redis, 'SIGKILL', seconds),
  },
  'flush-redis': {
    does: 'empties Redis',
    seconds: 0,
    strike: ({ askRedis }) => askRedis('FLUSHALL'),
  },
}
