import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ContenderName } from '../contenders.ts'
import type { Metrics } from '../results.ts'
import type { Workload } from '../Workload.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

interface Entry {
  name: string
  /** In bytes. */
  size: number
}

/** The name of a metric by the name of an entry in `.size-limit.js`. */
const own: Readonly<Record<string, string>> = {
  '{ usePolling, RealtimeProvider }': 'polling',
  '{ useServerEvents, RealtimeProvider }': 'serverEvents',
  '{ useSocket, RealtimeProvider }': 'socket',
  '*': 'all',
}

async function readSizes(command: string, args: readonly string[]): Promise<Entry[]> {
  // It fails if an entry is over its limit, which does not matter here.
  const { stdout } = await execute(command, args, { cwd: root }).catch(
    (error: unknown) => error as { stdout: string },
  )
  return JSON.parse(stdout) as Entry[]
}

async function measureOwn(): Promise<Metrics> {
  await execute('npm', ['run', 'build'], { cwd: root })
  const entries = await readSizes('npm', ['run', '--silent', 'size', '--', '--json'])
  return Object.fromEntries(entries.map(({ name, size }) => [own[name] ?? name, size / 1_000]))
}

async function measurePeer(contender: ContenderName): Promise<Metrics> {
  const args = ['run', '--silent', 'size', '--', '--json', '--config', 'bench/peerSizes.js']
  const entries = await readSizes('npm', args)
  const ofPeer = entries.map(({ name, size }) => [...name.split(' '), size] as [string, string, number])
  return Object.fromEntries(
    ofPeer.flatMap(([name, metric, size]) => (name === contender ? [[metric, size / 1_000]] : [])),
  )
}

export const size: Workload = {
  name: 'size',
  title: 'Size',
  description:
    'What an import adds to an app, in kB: bundled, minified, gzip. React and TanStack Query are not counted.',
  contenders: ['realtime', 'reactUseWebSocket', 'partysocket', 'ahooks', 'swr'],
  mostRounds: 1,
  columns: [
    { metric: 'polling', header: 'polling + provider', digits: 1 },
    { metric: 'serverEvents', header: 'server events + provider', digits: 1 },
    { metric: 'socket', header: 'socket + provider', digits: 1 },
    { metric: 'all', header: 'everything', digits: 1 },
  ],
  measure: (_, contender) => (contender === 'realtime' ? measureOwn() : measurePeer(contender)),
}
