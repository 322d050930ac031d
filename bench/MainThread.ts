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

  /** Bytes of the heap that are in use after a collection. */
  async heap(): Promise<number> {
    // The first makes the finalizers run, whose leavings the second takes.
    await this.collectGarbage()
    await this.collectGarbage()
    const { usedSize } = await this.session.send('Runtime.getHeapUsage')
    return usedSize
  }
}
