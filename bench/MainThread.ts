import { setTimeout as sleep } from 'node:timers/promises'
import type { Tab } from '../scripts/spawnChromium.ts'

/** A page's main thread, measured with the DevTools protocol. */
export class MainThread {
  readonly #tab: Tab

  private constructor(tab: Tab) {
    this.#tab = tab
  }

  static async of(tab: Tab): Promise<MainThread> {
    // Processor time instead of clock time, so that other work on the machine is not counted.
    await tab.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new MainThread(tab)
  }

  /** Seconds on the processor since the page started. */
  async seconds(): Promise<number> {
    const { metrics } = (await this.#tab.send('Performance.getMetrics')) as {
      metrics: { name: string; value: number }[]
    }
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }

  async collectGarbage(): Promise<void> {
    await this.#tab.send('HeapProfiler.collectGarbage')
  }

  /**
   * Bytes of the heap in use after a collection: the smallest of several, with timers and finalizers run in
   * between.
   */
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
