import { setTimeout as sleep } from 'node:timers/promises'
import type { Tab } from '../scripts/spawnChromium.ts'
import type { MainThread } from './MainThread.ts'
import { finalsOf } from './messages.ts'
import type { Page } from './page/startPage.ts'
import type { Profiler } from './Profiler.ts'
import type { Finals, Observed, Plan, Task } from './protocol.ts'
import type { Server } from './startServer.ts'

declare const page: Page

/** What a page saw of a plan, and what that cost. */
export interface Cost extends Observed {
  /** Seconds that the main thread spent on the processor. */
  cpu: number
}

interface VisitOptions {
  tab: Tab
  mainThread: MainThread
  /** The name of its streams. */
  run: string
  server: Server
  profiler: Profiler | undefined
}

/** A contender's page while it is open. */
export class Visit {
  readonly mainThread: MainThread
  /** What the page must show after the last `play`. */
  finals: Finals = {}
  readonly #options: VisitOptions
  #plan: Plan = {
    kind: 'prices',
    messages: 0,
    first: 0,
    keys: 100,
    connections: 1,
    perFrame: 1,
    rate: null,
    isResumable: false,
  }

  constructor(options: VisitOptions) {
    this.mainThread = options.mainThread
    this.#options = options
  }

  /** Mounts a task, by default with its own stream. Later calls refer to it. */
  async mount(part: Partial<Task>, connections = 1): Promise<void> {
    const { tab } = this.#options
    const task = this.#taskOf(part, connections)
    const { kind, keys, isResumable } = task
    this.#plan = { ...this.#plan, kind: kind === 'rows' ? kind : 'prices', keys, connections, isResumable }
    await tab.call(whole => page.mount(whole), task)
  }

  /** Makes the server send and the page show it. Throws if the page does not end with what was sent last. */
  async play(part: Partial<Plan>): Promise<Cost> {
    const { tab, run, profiler } = this.#options
    const plan = { ...this.#plan, ...part }
    this.#plan = { ...this.#plan, first: plan.first + plan.messages }
    this.finals = finalsOf(plan)
    const watch = () => tab.call(([name, whole]) => page.play(name, whole), [run, plan] as const)
    const before = await this.mainThread.seconds()
    const observed = profiler ? await profiler.record(tab, watch) : await watch()
    const cpu = (await this.mainThread.seconds()) - before
    if (observed.failure !== null) throw new Error(observed.failure)
    return { ...observed, cpu }
  }

  /** Brings the tab to the front, and waits until it shows these values. */
  async look(finals: Finals, patience = 10_000): Promise<void> {
    await this.#options.tab.activate()
    const deadline = performance.now() + patience
    const describe = () => this.#options.tab.call(each => page.describeCells(each), finals)
    for (let failure = await describe(); failure !== null; failure = await describe()) {
      if (performance.now() > deadline) throw new Error(failure)
      await sleep(50)
    }
  }

  /** Makes the server send, whatever the result. */
  send(part: Partial<Plan>): Promise<unknown> {
    return this.ask('play', { ...this.#plan, ...part })
  }

  /** Throws unless the list on screen is the last `length` rows that were sent. */
  async checkRows(length: number): Promise<void> {
    const wanted = [length, this.#plan.first - 1] as const
    const failure = await this.#options.tab.call(
      ([count, newest]) => page.describeRows(count, newest),
      wanted,
    )
    if (failure !== null) throw new Error(failure)
  }

  /** How many rows on screen are still the same objects after one more is appended. */
  async countKeptRows(): Promise<number> {
    const { tab } = this.#options
    await tab.evaluate(() => page.keepRows())
    await this.play({ messages: 1 })
    return tab.evaluate(() => page.countKeptRows())
  }

  rowNumbers(): Promise<number[]> {
    return this.#options.tab.evaluate(() => page.rowNumbers())
  }

  measureShare() {
    return this.#options.tab.call(task => page.measureShare(task), this.#taskOf({ kind: 'users' }, 1))
  }

  /** Mounts a poll, and returns what it costs. */
  async measurePolls(url: string, count: number) {
    const task = this.#taskOf({ kind: 'poll', urls: [url] }, 1)
    await this.#options.tab.call(whole => page.mount(whole), task)
    return this.#options.tab.call(([whole, wanted]) => page.measurePolls(whole, wanted), [
      task,
      count,
    ] as const)
  }

  /** Makes the server act on this run; returns its response. */
  async ask(action: string, body: unknown = null): Promise<unknown> {
    const { server, run } = this.#options
    const answer = await fetch(`${server.url}/${action}/${run}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  }

  /** The URL of this run's stream at a port. */
  urlAt(port: number): string {
    return `ws://127.0.0.1:${port}/socket/${this.#options.run}.0`
  }

  #taskOf(part: Partial<Task>, connections: number): Task {
    const { server, run } = this.#options
    const transport = part.transport ?? 'socket'
    const base =
      transport === 'events' ? `${server.url}/events` : `${server.url.replace('http', 'ws')}/socket`
    const urls = Array.from({ length: connections }, (_, index) => `${base}/${run}.${index}`)
    return {
      kind: 'prices',
      urls,
      transport,
      keys: 100,
      cap: 5_000,
      isResumable: false,
      interval: 50,
      ...part,
    }
  }
}
