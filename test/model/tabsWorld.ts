import { settle } from '../support/connectionHarness.ts'
import { FakeClock } from '../support/fakeClock.ts'
import { Tab, TAB_KEYS } from './tab.ts'
import { TabsServer } from './tabsServer.ts'
import { TabsWorker } from './tabsWorker.ts'

/** In ms. */
const STEP = 500

/** Two tabs of different versions of an application, one worker and one server, with everything between them in the test's hands. */
export class TabsWorld {
  readonly clock = new FakeClock()
  readonly server = new TabsServer()
  readonly worker: TabsWorker
  readonly tabs: [Tab, Tab]
  readonly #hasRecovery: boolean
  hasHung = false
  #seed = 1

  constructor(hasRecovery: boolean) {
    this.#hasRecovery = hasRecovery
    // Data from before the tabs opened.
    this.server.change({ type: 'entity', params: { k: 1 }, response: { version: 1, n: 7 } })
    this.server.change({ type: 'row.changed', params: null, response: { id: 'old', n: 7 } })
    this.server.change({ type: 'line', params: null, response: 7 })
    const { clock, server } = this
    this.worker = new TabsWorker({ clock, server, random: this.#random })
    this.tabs = [this.#open(0), this.#open(1)]
  }

  /** The same numbers in each run. */
  readonly #random = (): number => {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647
    return this.#seed / 2_147_483_647
  }

  #open(index: number): Tab {
    const { clock, server, worker } = this
    const parts = { clock, server, worker, random: this.#random }
    return new Tab({ ...parts, hasRecovery: this.#hasRecovery, isOther: index === 1 })
  }

  /** The tab is killed, and opened again with an empty cache. */
  reopen(index: 0 | 1): void {
    this.tabs[index].end()
    this.tabs[index] = this.#open(index)
  }

  /** Without recovery, nothing shows that a message was lost on a live connection. */
  lose(): void {
    if (this.#hasRecovery) this.server.lose()
  }

  /** Only a tab that is busy or frozen leaves messages unread for long. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP) {
      if (ms > STEP) await this.exchange()
      this.clock.advance(Math.min(STEP, left))
      await settle()
    }
  }

  /** From now on, the worker takes nothing and says nothing. */
  hang(): void {
    this.worker.isHanging = this.hasHung = true
  }

  /** Passes on everything between the tabs and the worker. */
  async exchange(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      for (const tab of this.tabs) {
        tab.send(Infinity)
        tab.read(Infinity)
      }
      await settle()
      if (this.tabs.every(({ isQuiet }) => isQuiet)) return
    }
  }

  /** Everything works, and all that is in transit arrives. */
  async rest(): Promise<void> {
    for (const tab of this.tabs) {
      tab.setBusy(false)
      tab.setFrozen(false)
      tab.setHidden(false)
    }
    await this.#calm(20)
    // A message lost at the very end is detected with the next one.
    this.server.publish({
      type: 'entity',
      params: { k: 0 },
      response: { version: this.server.age + 1, n: 999 },
    })
    await this.#calm(8)
    for (const tab of this.tabs) tab.refetchStale()
    await this.#calm(2)
  }

  async #calm(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.exchange()
      this.server.accept()
      await this.exchange()
      this.server.deliver(Infinity)
      await this.wait(20)
      await this.exchange()
      await this.wait(2_000)
      for (const tab of this.tabs) {
        tab.drawFrame()
        while (tab.answer()) await settle()
      }
    }
  }

  expected(): unknown[] {
    return TAB_KEYS.map(key => this.server.read(key))
  }

  dispose(): void {
    for (const tab of this.tabs) tab.end()
  }
}
