import { QueryClient } from '@tanstack/react-query'
import { WebSocket } from 'ws'
import { nchan } from '../../../src/engines/index.ts'
import type { RealtimeEvent } from '../../../src/core/events.ts'
import { ClientCore } from '../../../src/providers/clientCore.ts'
import { longPollDefinition } from '../../../src/providers/longPollOptions.ts'
import type { ConnectionOptions } from '../../../src/providers/options.ts'
import { serverEventsDefinition } from '../../../src/providers/serverEventsOptions.ts'
import { socketDefinition } from '../../../src/providers/socketOptions.ts'
import type { TransportDefinition } from '../../../src/providers/transportDefinition.ts'
import { identify, WantedConnection } from '../../../src/providers/wantedConnection.ts'

/** What a page would pass to the hooks. */
const transports = {
  'long poll': { definition: longPollDefinition, options: { url: '/poll/rows', ...nchan.longPoll() } },
  events: { definition: serverEventsDefinition, options: { url: '/events/rows', ...nchan.events() } },
  socket: { definition: socketDefinition, options: { url: '/socket/rows', ...nchan.socket() } },
}

export type Transport = keyof typeof transports
export const transportNames = Object.keys(transports) as Transport[]

/** Connections of the library without a page: each is what one browser tab would hold. */
export class Clients {
  /** When each attempt began (ms). */
  readonly attempts: number[] = []
  gaps = 0
  /** The smallest number of open connections since `begin`. */
  lowest = 0
  /** When 99 % of them were last open again. */
  backAt: number | undefined
  #open = 0
  #marks: number[] = []
  readonly #count: number
  readonly #leave: (() => void)[] = []
  readonly #core: ClientCore

  constructor(baseUrl: string, transport: Transport, count: number) {
    this.#count = count
    const onEvent = (event: RealtimeEvent) => this.#note(event)
    this.#core = new ClientCore(
      { baseUrl, onEvent, heartbeat: true, getToken: () => null, webSocket: WebSocket },
      new QueryClient(),
    )
    const { definition, options } = transports[transport]
    for (let index = 0; index < count; index++) {
      const given: ConnectionOptions = {
        ...(options as ConnectionOptions),
        id: `client ${index}`,
        expects: { type: 'beat', within: 15_000 },
        on: { row: () => {}, beat: () => {}, mark: () => void this.#marks.push(performance.now()) },
      }
      this.#connect(definition, given)
    }
  }

  get openCount(): number {
    return this.#open
  }

  get isBack(): boolean {
    return this.#open >= 0.99 * this.#count
  }

  /** Forgets what it took to start. */
  begin(): void {
    this.attempts.length = 0
    this.gaps = 0
    this.lowest = this.#open
    this.backAt = undefined
  }

  /** Resolves with the times at which a message of type `mark` has come to each client, once it has come to all or after 30 s. */
  async awaitMarks(): Promise<number[]> {
    this.#marks = []
    const marks = this.#marks
    await waitFor(() => marks.length >= this.#count, 30_000)
    return marks
  }

  close(): void {
    for (const leave of this.#leave) leave()
    this.#core.connections.disposeAll()
  }

  #connect(definition: TransportDefinition, options: ConnectionOptions): void {
    const identity = identify(definition, options, this.#core.options.baseUrl)
    const plan = { client: this.#core, definition, ...identity, isEnabled: true }
    this.#leave.push(new WantedConnection({ options }, plan).subscribe(() => undefined))
  }

  #note(event: RealtimeEvent): void {
    if (event.kind === 'gap') this.gaps++
    // A token is needed for each attempt.
    if (event.kind === 'token') this.attempts.push(performance.now())
    if (event.kind !== 'status') return
    const wasBack = this.isBack
    this.#open += event.status === 'open' ? 1 : event.status === 'reconnecting' ? -1 : 0
    this.lowest = Math.min(this.lowest, this.#open)
    if (!wasBack && this.isBack) this.backAt = performance.now()
  }
}

/** Waits until a condition holds, or `timeout` (ms) has passed. Returns whether it holds. */
export async function waitFor(condition: () => boolean, timeout: number): Promise<boolean> {
  const deadline = performance.now() + timeout
  while (!condition() && performance.now() < deadline) await new Promise(resolve => setTimeout(resolve, 10))
  return condition()
}
