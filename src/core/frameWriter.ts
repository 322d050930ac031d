import type { HeartbeatPlan, Outbox } from './connectionPorts.ts'
import { type Correlation, type Draft, subscribeFrame } from './correlation.ts'
import type { SocketData } from './envelope.ts'
import { hashValue } from './hash.ts'
import type { SharedHandle, TransportHandle } from './transport.ts'

/** The outbound half of an attempt: passes frames and drafts to the transport. */
export class FrameWriter {
  handle: TransportHandle | undefined
  readonly #correlation: Correlation | undefined
  readonly #outbox: Outbox | undefined

  constructor(correlation: Correlation | undefined, outbox: Outbox | undefined) {
    this.#correlation = correlation
    this.#outbox = outbox
  }

  /**
   * Sends subscribe or unsubscribe frames, all of one kind. Returns `false` if it cannot. Calls `failed` for a draft for which
   * the application's code threw, and still sends the others.
   */
  write(drafts: readonly Draft[], failed: (draft: Draft, error: unknown) => void): boolean {
    return this.#writeTogether(drafts) ?? drafts.every(draft => this.#writeOne(draft, failed))
  }

  /** Returns `undefined` if they have to be sent one by one. */
  #writeTogether(drafts: readonly Draft[]): boolean | undefined {
    const { handle } = this
    const correlation = this.#correlation
    if (drafts.length < 2 || !correlation || !handle?.writeBatch) return undefined
    try {
      return handle.writeBatch(drafts.map(draft => correlation.number(draft)))
    } catch {
      // Nothing was sent. Sending them one by one shows which of them throws.
      return undefined
    }
  }

  #writeOne(draft: Draft, failed: (draft: Draft, error: unknown) => void): boolean {
    const { handle } = this
    try {
      if (handle?.shared) return this.#subscribe(draft, handle.shared)
      const frame = handle?.write ? draft : this.#outbox?.encode(subscribeFrame(draft))
      return frame !== undefined && this.transmit(frame)
    } catch (error) {
      failed(draft, error)
      return true
    }
  }

  /** The worker sends it unless another page has already done so. */
  #subscribe(draft: Draft, shared: SharedHandle): boolean {
    const { type, params } = draft
    const encode = (kind: Draft['kind']) =>
      this.#outbox?.encode(subscribeFrame({ ...draft, kind })) as SocketData
    const frames = { subscribe: encode('subscribe'), unsubscribe: encode('unsubscribe') }
    const key = hashValue([type, params ?? null])
    return shared.subscribe(key, draft.kind === 'subscribe' ? frames : undefined)
  }

  /** Returns `false` if the network does not accept the data. */
  transmit(data: SocketData | Draft): boolean {
    const { handle } = this
    if (typeof data === 'object' && 'kind' in data)
      return (this.#correlation && handle?.write?.(this.#correlation.number(data))) ?? false
    if (!handle?.write || handle.send) return handle?.send?.(data) ?? false
    return this.transmit({ kind: 'send', type: '', params: undefined, data })
  }
}

/** The worker sends the heartbeats. */
export function watchShared(
  shared: SharedHandle,
  heartbeat: HeartbeatPlan | undefined,
  outbox: Outbox | undefined,
): void {
  if (!heartbeat) return shared.watch(undefined)
  const { interval, timeout, silence, message } = heartbeat
  shared.watch({ interval, timeout, silence, message: outbox?.encode(message, 'heartbeat') as SocketData })
}
