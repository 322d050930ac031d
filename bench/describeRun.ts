import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import type { SpawnedChromium } from '../scripts/spawnChromium.ts'

const packages = [
  'react',
  '@tanstack/react-query',
  'react-use-websocket',
  'partysocket',
  'ahooks',
  'swr',
] as const

/** Where and with what it was measured. */
export async function describeRun(browser: SpawnedChromium, rounds: number): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> }
  const versions = packages.map(name => `${name} ${devDependencies[name]}`)
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const processors = cpus()
  return [
    `${date}, commit ${commit}, ${rounds === 1 ? 'one round.' : `${rounds} rounds: medians, with the least and the greatest.`}`,
    `Chromium ${browser.version}, Node ${process.versions.node}, ${processors.length} × ${processors[0]?.model.trim()};`,
    `${versions.join(', ')}.`,
  ].join('\n')
}
