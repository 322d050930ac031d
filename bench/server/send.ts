import { setTimeout as sleep } from 'node:timers/promises'
import type { Plan } from '../protocol.ts'
import { framesOf } from '../messages.ts'

/** One who listens to a run. */
export interface Listener {
  /** Sends frames; settles once they may be followed by more. */
  send(frames: readonly string[]): Promise<void>
}

/** Messages in a piece of a burst. */
const chunk = 500

/** Sends what a plan says to all listeners. */
export function send(plan: Plan, listeners: ReadonlySet<Listener>): Promise<void> {
  return plan.rate === null ? sendAtOnce(plan, listeners) : sendAtRate(plan, plan.rate, listeners)
}

async function sendAtOnce(plan: Plan, listeners: ReadonlySet<Listener>): Promise<void> {
  const end = plan.first + plan.messages
  for (let n = plan.first; n < end; n += chunk)
    await tellAll(listeners, framesOf(plan, n, Math.min(n + chunk, end)))
}

async function sendAtRate(plan: Plan, rate: number, listeners: ReadonlySet<Listener>): Promise<void> {
  const start = performance.now()
  for (let sent = 0; sent < plan.messages;) {
    const due = Math.min(Math.floor(((performance.now() - start) * rate) / 1_000), plan.messages)
    if (due > sent) await tellAll(listeners, framesOf(plan, plan.first + sent, plan.first + due))
    sent = due
    await sleep(1)
  }
}

async function tellAll(listeners: ReadonlySet<Listener>, frames: readonly string[]): Promise<void> {
  await Promise.all([...listeners].map(listener => listener.send(frames)))
}
