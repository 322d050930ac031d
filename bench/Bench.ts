import type { Browser } from 'playwright'
import type { ContenderName } from './contenders.ts'
import { MainThread } from './MainThread.ts'
import type { Profiler } from './Profiler.ts'
import type { Server } from './startServer.ts'
import { Visit } from './Visit.ts'

/** Where contenders are measured: a server and a browser. */
export class Bench {
  readonly #browser: Browser
  readonly #server: Server
  readonly #profiler: Profiler | undefined
  #runs = 0

  constructor(browser: Browser, server: Server, profiler?: Profiler) {
    this.#browser = browser
    this.#server = server
    this.#profiler = profiler
  }

  /** Opens a contender's page, after the scripts that watch it, has `measure` use it, and closes it. */
  async visit<Result>(
    contender: ContenderName,
    measure: (visit: Visit) => Promise<Result>,
    watchers: readonly string[] = [],
  ): Promise<Result> {
    // A context of its own is a process of its own.
    const context = await this.#browser.newContext()
    try {
      const tab = await context.newPage()
      const scripts = ['countCommits', ...watchers, contender]
      await tab.goto(`${this.#server.url}/pages/${scripts.join('/')}`)
      const run = `${process.pid}-${++this.#runs}`
      const mainThread = await MainThread.of(tab)
      return await measure(
        new Visit({ tab, mainThread, run, server: this.#server, profiler: this.#profiler }),
      )
    } finally {
      await context.close()
    }
  }
}
