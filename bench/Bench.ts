import { setTimeout as sleep } from 'node:timers/promises'
import type { SpawnedChromium, Tab } from '../scripts/spawnChromium.ts'
import type { ContenderName } from './contenders.ts'
import { MainThread } from './MainThread.ts'
import type { Profiler } from './Profiler.ts'
import type { Server } from './startServer.ts'
import { Visit } from './Visit.ts'

/** Where contenders are measured: a server and a browser. */
export class Bench {
  readonly #browser: SpawnedChromium
  readonly #server: Server
  readonly #profiler: Profiler | undefined
  #runs = 0

  constructor(browser: SpawnedChromium, server: Server, profiler?: Profiler) {
    this.#browser = browser
    this.#server = server
    this.#profiler = profiler
  }

  /** Opens a contender's page after the scripts that observe it, lets `measure` use it, and closes it. */
  async visit<Result>(
    contender: ContenderName,
    measure: (visit: Visit) => Promise<Result>,
    watchers: readonly string[] = [],
  ): Promise<Result> {
    const scripts = ['countCommits', ...watchers, contender]
    const tab = await this.#browser.openTabApart(`${this.#server.url}/pages/${scripts.join('/')}`)
    try {
      await untilReady(tab)
      const run = `${process.pid}-${++this.#runs}`
      const mainThread = await MainThread.of(tab)
      return await measure(
        new Visit({ tab, mainThread, run, server: this.#server, profiler: this.#profiler }),
      )
    } finally {
      await tab.close()
    }
  }
}

/** How long a page may take to load, in ms. */
const patience = 30_000

async function untilReady(tab: Tab): Promise<void> {
  const deadline = performance.now() + patience
  // While it is loading, a tab may have no document that could respond.
  while (!(await tab.evaluate(() => 'page' in globalThis).catch(() => false))) {
    if (performance.now() > deadline) throw new Error('The page did not load.')
    await sleep(20)
  }
}
