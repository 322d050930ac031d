import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type defaultSettings, startCluster } from '../../examples/nchan-cluster/cluster.mjs'
import { type faults } from '../../examples/nchan-cluster/faults.mjs'
import type { RunningEngine, Snapshot } from './Engine.ts'
import { startPublisher } from './startPublisher.ts'

export type Cluster = Awaited<ReturnType<typeof startCluster>>
export type FaultName = keyof typeof faults

export interface RunningCluster extends RunningEngine {
  cluster: Cluster
}

async function origin<T>(cluster: Cluster, path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`${cluster.origin}/api/${path}`, init)
  return (await response.json()) as T
}

/** The cluster of the example, with short times. */
export async function startNchanCluster(
  settings: Partial<typeof defaultSettings> = {},
): Promise<RunningCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'nchan-cluster-'))
  const cluster = await startCluster(folder, {
    ping: 2,
    hold: 5,
    rowsPerSecond: 30,
    beat: 1_000,
    page: folder,
    ...settings,
  })
  return {
    url: cluster.url,
    snapshotUrl: `${cluster.url}/api/rows`,
    cluster,
    readRows: async () => (await origin<Snapshot>(cluster, 'rows')).rows,
    async pause() {
      await origin(cluster, 'pace', { method: 'PUT', body: '0' })
      while ((await origin<{ waiting: number }>(cluster, 'origin')).waiting > 1)
        await new Promise(resolve => setTimeout(resolve, 20))
    },
    async stop() {
      await cluster.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The same cluster with a publisher that does not number its messages, on the channel `plain`. */
export async function startPlainChannel(
  settings: Partial<typeof defaultSettings> = {},
): Promise<RunningCluster> {
  const running = await startNchanCluster({ ...settings, rowsPerSecond: 0 })
  const publisher = await startPublisher(async message => {
    const url = `${running.cluster.nodes.a.publisher}/publish/plain`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(message) })
    await response.arrayBuffer()
    return response.ok
  })
  return {
    ...running,
    ...publisher,
    async stop() {
      await publisher.stop()
      await running.stop()
    },
  }
}
