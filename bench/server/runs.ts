import type { Finals, Plan } from '../protocol.ts'
import { finalsOf } from '../messages.ts'
import { send, type Listener } from './send.ts'

/** One page's view of one contender, from load to close. */
export class Run {
  readonly listeners = new Set<Listener>()
  /** Connections there ever were. */
  opened = 0
  #waiting: (() => void)[] = []

  join(listener: Listener): () => void {
    this.opened++
    this.listeners.add(listener)
    for (const wake of this.#waiting.splice(0)) wake()
    return () => this.listeners.delete(listener)
  }

  /** Sends a plan once someone listens. */
  async play(plan: Plan): Promise<Finals> {
    if (this.listeners.size === 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
    await send(plan, this.listeners)
    return finalsOf(plan)
  }
}

/** The runs by their names. */
export class Runs {
  readonly #runs = new Map<string, Run>()

  get(name: string): Run {
    const run = this.#runs.get(name) ?? new Run()
    this.#runs.set(name, run)
    return run
  }
}
