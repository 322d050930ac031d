import { setTimeout as sleep } from 'node:timers/promises'
import type { ChromiumWindow, SpawnedChromium, Tab } from '../scripts/spawnChromium.ts'
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
    const window = await this.#browser.openWindow()
    try {
      return await measure(await this.#open(window, [...watchers, contender], this.#nextRun()))
    } finally {
      await window.close()
    }
  }

  /** As `visit`, with several tabs of one user and the same streams. Only the last one is visible. */
  async visitTabs<Result>(
    contender: ContenderName,
    count: number,
    measure: (tabs: readonly Visit[]) => Promise<Result>,
  ): Promise<Result> {
    const window = await this.#browser.openWindow()
    const run = this.#nextRun()
    try {
      const tabs: Visit[] = []
      while (tabs.length < count) tabs.push(await this.#open(window, [contender], run))
      return await measure(tabs)
    } finally {
      await window.close()
    }
  }

  /** Seconds on the processor of all pages, with all their threads and workers. */
  rendererSeconds(): Promise<number> {
    return this.#browser.rendererSeconds()
  }

  #nextRun(): string {
    return `${process.pid}-${++this.#runs}`
  }

  async #open(window: ChromiumWindow, scripts: readonly string[], run: string): Promise<Visit> {
    const path = ['countCommits', ...scripts].join('/')
    const tab = await window.openTab(`${this.#server.url}/pages/${path}`)
    await untilReady(tab)
    const mainThread = await MainThread.of(tab)
    return new Visit({ tab, mainThread, run, server: this.#server, profiler: this.#profiler })
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
