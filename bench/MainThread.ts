import { setTimeout as sleep } from 'node:timers/promises'
import type { Tab } from '../scripts/spawnChromium.ts'

/** A page's main thread, by the DevTools protocol. */
export class MainThread {
  readonly #tab: Tab

  private constructor(tab: Tab) {
    this.#tab = tab
  }

  static async of(tab: Tab): Promise<MainThread> {
    // Time on the processor and not on the clock, so that what else the machine does is not counted.
    await tab.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new MainThread(tab)
  }

  /** Seconds on the processor since the page began. */
  async seconds(): Promise<number> {
    const { metrics } = (await this.#tab.send('Performance.getMetrics')) as {
      metrics: { name: string; value: number }[]
    }
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }

  async collectGarbage(): Promise<void> {
    await this.#tab.send('HeapProfiler.collectGarbage')
  }

  /** Bytes of the heap that are in use after a collection: the least of some, between which timers and finalizers ran. */
  async heap(): Promise<number> {
    const sizes: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      await this.collectGarbage()
      const { usedSize } = (await this.#tab.send('Runtime.getHeapUsage')) as { usedSize: number }
      sizes.push(usedSize)
      await sleep(500)
    }
    return Math.min(...sizes)
  }
}
