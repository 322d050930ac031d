import { setTimeout as sleep } from 'node:timers/promises'
import { frameOf, keyOf, messageOf } from '../messages.ts'
import type { Plan } from '../protocol.ts'
import type { Channel } from './Channel.ts'

/** Messages in a piece of a burst. */
const chunk = 500

/** Sends the messages of a plan. */
export class Player {
  readonly #plan: Plan
  readonly #channels: readonly Channel[]
  #sent = 0
  #isStopped = false

  /** One channel for each of the plan's connections. */
  constructor(plan: Plan, channels: readonly Channel[]) {
    this.#plan = plan
    this.#channels = channels
  }

  /** Messages sent so far. */
  get sent(): number {
    return this.#sent
  }

  /** Sends everything once each channel has a listener. */
  async play(): Promise<void> {
    await Promise.all(this.#channels.map(channel => channel.heard()))
    const { rate, messages } = this.#plan
    const start = performance.now()
    while (this.#sent < messages && !this.#isStopped) {
      const due =
        rate === null ? this.#sent + chunk : Math.floor(((performance.now() - start) * rate) / 1_000)
      await this.#sendUntil(Math.min(due, messages))
      if (rate !== null) await sleep(1)
    }
  }

  stop(): void {
    this.#isStopped = true
  }

  async #sendUntil(end: number): Promise<void> {
    if (end <= this.#sent) return
    const numbers = Array.from(
      { length: end - this.#sent },
      (_, index) => this.#plan.first + this.#sent + index,
    )
    this.#sent = end
    await Promise.all(
      this.#channels.map((channel, index) => this.#send(channel, this.#ownNumbers(numbers, index))),
    )
  }

  #ownNumbers(numbers: readonly number[], channel: number): readonly number[] {
    const { connections, keys } = this.#plan
    return connections === 1 ? numbers : numbers.filter(n => keyOf(n, keys) % connections === channel)
  }

  async #send(channel: Channel, numbers: readonly number[]): Promise<void> {
    const { perFrame, isResumable } = this.#plan
    const frames: string[] = []
    for (let index = 0; index < numbers.length; index += perFrame) {
      frames.push(frameOf(numbers.slice(index, index + perFrame).map(n => messageOf(this.#plan, n))))
    }
    if (frames.length === 0) return
    if (isResumable) channel.keep(frames)
    await channel.send(frames)
  }
}
