import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import type { Tab } from '../scripts/spawnChromium.ts'

/**
 * Where the main thread's time went: a function in its file, its self time in ms, and that as a share of all
 * non-idle time.
 */
export interface SelfTime {
  place: string
  time: number
  share: number
}

interface Recorded {
  nodes: { id: number; callFrame: CallFrame }[]
  samples?: number[]
  timeDeltas?: number[]
}

interface CallFrame {
  functionName: string
  url: string
  lineNumber: number
  columnNumber: number
}

/** Samples a page's main thread, with the DevTools protocol. */
export class Profiler {
  readonly #folder: string
  readonly #maps = new Map<string, SourceMap>()
  #recorded: Recorded = { nodes: [] }

  /** The pages in `folder` were built with source maps. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Records while `call` runs, in addition to earlier recordings. */
  async record<Result>(tab: Tab, call: () => Promise<Result>): Promise<Result> {
    await tab.send('Profiler.enable')
    await tab.send('Profiler.setSamplingInterval', { interval: 100 })
    await tab.send('Profiler.start')
    const result = await call()
    const { profile } = (await tab.send('Profiler.stop')) as { profile: Recorded }
    if (lengthOf(profile) > lengthOf(this.#recorded)) this.#recorded = profile
    return result
  }

  /** The functions with the most self time. */
  async topFunctions(count: number): Promise<SelfTime[]> {
    return (await this.#gather(place => place)).slice(0, count)
  }

  /** The packages with the most self time. The browser's own work is `(program)`. */
  async topPackages(): Promise<SelfTime[]> {
    return this.#gather(
      place => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(place)?.[1] ?? / (\w+)\//.exec(place)?.[1] ?? place,
    )
  }

  async #gather(groupOf: (place: string) => string): Promise<SelfTime[]> {
    const { nodes, samples = [], timeDeltas = [] } = this.#recorded
    const groups = new Map<number, string>()
    for (const { id, callFrame } of nodes) groups.set(id, groupOf(await this.#findPlace(callFrame)))
    const times = new Map<string, number>()
    samples.forEach((id, index) => {
      const group = groups.get(id) ?? ''
      times.set(group, (times.get(group) ?? 0) + (timeDeltas[index] ?? 0))
    })
    times.delete('(idle)')
    const total = [...times.values()].reduce((sum, time) => sum + time, 0)
    const all = [...times].map(([place, time]) => ({ place, time: time / 1_000, share: time / total }))
    return all.sort((a, b) => b.share - a.share)
  }

  async #findPlace({ functionName, url, lineNumber, columnNumber }: CallFrame): Promise<string> {
    const [file] = /(?<=\/\/[^/]+\/).+\.js$/.exec(url) ?? []
    if (file === undefined) return functionName
    const map = this.#maps.get(file) ?? (await readMap(join(this.#folder, `${file}.map`)))
    this.#maps.set(file, map)
    const name = functionName || '(anonymous)'
    const entry = map.findEntry(lineNumber, columnNumber)
    if (!('originalSource' in entry)) return `${name} ${file}`
    return `${name} ${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`
  }
}

const lengthOf = ({ samples = [] }: Recorded) => samples.length

async function readMap(path: string): Promise<SourceMap> {
  return new SourceMap(JSON.parse(await readFile(path, 'utf8')) as SourceMapPayload)
}
