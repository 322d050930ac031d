import type { Browser, Page as BrowserPage } from 'playwright'
import { MainThread } from './MainThread.ts'
import type { ContenderName } from './contenders.ts'
import type { Page } from './page/startPage.ts'
import type { Profiler } from './Profiler.ts'
import type { Observed, Plan, Task } from './protocol.ts'
import type { Server } from './startServer.ts'

declare const page: Page

/** What a page saw of a plan, and what that cost. */
export interface Cost extends Observed {
  /** Seconds that the main thread was on the processor. */
  cpu: number
}

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

  /** Opens a contender's page, has `measure` use it, and closes it. */
  async visit<Result>(contender: ContenderName, measure: (visit: Visit) => Promise<Result>): Promise<Result> {
    // A context of its own is a process of its own.
    const context = await this.#browser.newContext()
    try {
      const tab = await context.newPage()
      await tab.goto(`${this.#server.url}/pages/${contender}`)
      const mainThread = await MainThread.of(tab)
      return await measure(
        new Visit(tab, mainThread, {
          run: `${++this.#runs}`,
          server: this.#server.url,
          profiler: this.#profiler,
        }),
      )
    } finally {
      await context.close()
    }
  }
}

const usual: Plan = { kind: 'prices', messages: 0, first: 0, keys: 100, perFrame: 1, rate: null }

interface VisitOptions {
  /** The name of its stream. */
  run: string
  /** The server's URL. */
  server: string
  profiler: Profiler | undefined
}

/** A contender's page while it is open. */
export class Visit {
  readonly tab: BrowserPage
  readonly mainThread: MainThread
  readonly #options: VisitOptions
  #sent = 0

  constructor(tab: BrowserPage, mainThread: MainThread, options: VisitOptions) {
    this.tab = tab
    this.mainThread = mainThread
    this.#options = options
  }

  mount(part: Partial<Task>): Promise<void> {
    const { server, run } = this.#options
    const url = `${server.replace('http', 'ws')}/socket/${run}`
    const task: Task = { kind: 'prices', keys: 100, cap: 5_000, url, ...part }
    return this.tab.evaluate(whole => page.mount(whole), task)
  }

  /** Has the server send and the page show it; throws if what is shown in the end is not what was sent last. */
  async play(part: Partial<Plan>): Promise<Cost> {
    const plan = { ...usual, first: this.#sent, ...part }
    this.#sent += plan.messages
    const { run, profiler } = this.#options
    const watch = () => this.tab.evaluate(([name, whole]) => page.play(name, whole), [run, plan] as const)
    const before = await this.mainThread.seconds()
    const observed = profiler ? await profiler.record(this.mainThread.session, watch) : await watch()
    const cpu = (await this.mainThread.seconds()) - before
    if (observed.failure !== null) throw new Error(observed.failure)
    return { ...observed, cpu }
  }

  /** Throws if the list that is shown is not the last `length` rows that were sent. */
  async checkRows(length: number): Promise<void> {
    const failure = await this.tab.evaluate(([wanted, newest]) => page.describeRows(wanted, newest), [
      length,
      this.#sent - 1,
    ] as const)
    if (failure !== null) throw new Error(failure)
  }

  keepRows(): Promise<void> {
    return this.tab.evaluate(() => page.keepRows())
  }

  countKeptRows(): Promise<number> {
    return this.tab.evaluate(() => page.countKeptRows())
  }
}
