import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright'

/** A page's main thread, by the DevTools protocol. */
export class MainThread {
  readonly session: CDPSession

  private constructor(session: CDPSession) {
    this.session = session
  }

  static async of(page: Page): Promise<MainThread> {
    const session = await page.context().newCDPSession(page)
    // Time on the processor and not on the clock, so that what else the machine does is not counted.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new MainThread(session)
  }

  /** Seconds on the processor since the page began. */
  async seconds(): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }

  async collectGarbage(): Promise<void> {
    await this.session.send('HeapProfiler.collectGarbage')
  }

  /** Bytes of the heap that are in use after a collection: the least of some, between which timers and finalizers ran. */
  async heap(): Promise<number> {
    const sizes: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      await this.collectGarbage()
      sizes.push((await this.session.send('Runtime.getHeapUsage')).usedSize)
      await sleep(500)
    }
    return Math.min(...sizes)
  }
}
