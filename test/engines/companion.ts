import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type defaultSettings, startCluster } from '../../examples/redis-streams/cluster.mjs'
import { startPublisher } from '../../examples/redis-streams/publisher.mjs'
import type { RunningEngine, Snapshot } from './Engine.ts'

export interface RunningCompanion extends RunningEngine {
  cluster: Awaited<ReturnType<typeof startCluster>>
}

const example = join(import.meta.dirname, '../../examples/redis-streams')
let installed: Promise<string> | undefined

/** A copy of the server with its packages, which are installed only where the example runs. */
async function installServer(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'companion-'))
  process.once('exit', () => void rm(folder, { recursive: true, force: true }))
  const { dependencies } = JSON.parse(await readFile(join(example, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const { ioredis, ws } = dependencies
  await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: { ioredis, ws } }))
  for (const name of ['server.mjs', 'append.lua']) await copyFile(join(example, name), join(folder, name))
  await promisify(execFile)('npm', ['install', '--prefer-offline', '--no-audit'], { cwd: folder })
  return join(folder, 'server.mjs')
}

/** The cluster of the example, with short times. */
export async function startCompanion(
  settings: Partial<typeof defaultSettings> = {},
): Promise<RunningCompanion> {
  const server = await (installed ??= installServer())
  const folder = await mkdtemp(join(tmpdir(), 'redis-streams-'))
  const cluster = await startCluster(folder, { hold: 5_000, ping: 2_000, server, ...settings })
  const publisher = startPublisher(cluster.url, 30)
  return {
    url: cluster.url,
    snapshotUrl: `${cluster.url}/api/rows`,
    cluster,
    async readRows() {
      const response = await fetch(`${cluster.urls[0]}/api/rows`)
      return ((await response.json()) as Snapshot).rows
    },
    pause: () => publisher.pause(),
    async stop() {
      await publisher.pause()
      await cluster.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
