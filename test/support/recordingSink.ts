import { expect } from 'vitest'
import type { Failure } from '../../src/core/failure.ts'
import type { AttemptRequest, OpenInfo, Transport, TransportSink } from '../../src/core/transport.ts'
import type { MessageMeta, ResponseMeta } from '../../src/core/envelope.ts'
import { until } from './until.ts'

export type SinkCall =
  | { call: 'opened'; resumed: boolean; isJoined?: boolean }
  | { call: 'message'; data: unknown; meta: MessageMeta }
  | { call: 'incoming'; incoming: unknown }
  | { call: 'oversized' }
  | { call: 'retryFloor'; delay: number }
  | { call: 'cursorLost' }
  | { call: 'owner' }
  | { call: 'failed'; failure: Failure }

/** Records what a transport reports; activity is only counted. */
export class RecordingSink implements TransportSink {
  calls: SinkCall[] = []
  aliveCount = 0
  /** What a message does besides being recorded; `false` means that it is unreadable. */
  accepts: (data: unknown) => boolean = () => true

  /** The statuses of the responses that were no errors. */
  answers: number[] = []
  acceptsAnswer: (answer: ResponseMeta) => boolean = () => true

  onOpen({ resumed, isJoined }: OpenInfo): void {
    this.calls.push({ call: 'opened', resumed, ...(isJoined && { isJoined }) })
  }
  onMessage(data: unknown, meta: MessageMeta): boolean {
    this.calls.push({ call: 'message', data, meta })
    return this.accepts(data)
  }
  onIncoming(read: () => unknown): void {
    this.calls.push({ call: 'incoming', incoming: read() })
  }
  onHeartbeat(): void {
    throw new Error('No transport without a protocol requests heartbeats.')
  }
  onActivity(): void {
    this.aliveCount++
  }
  onOversized(): void {
    this.calls.push({ call: 'oversized' })
  }
  onRetryFloor(delay: number): void {
    this.calls.push({ call: 'retryFloor', delay })
  }
  onCursorLost(): void {
    this.calls.push({ call: 'cursorLost' })
  }
  onAnswer(answer: ResponseMeta): boolean {
    this.answers.push(answer.status)
    return this.acceptsAnswer(answer)
  }
  onOwner(): void {
    this.calls.push({ call: 'owner' })
  }
  onFailure(failure: Failure): void {
    this.calls.push({ call: 'failed', failure })
  }

  get messages(): unknown[] {
    return this.calls.flatMap(call => (call.call === 'message' ? [call.data] : []))
  }
  get failure(): Failure | undefined {
    return this.calls.flatMap(call => (call.call === 'failed' ? [call.failure] : []))[0]
  }
  get names(): string[] {
    return this.calls.map(({ call }) => call)
  }

  async untilFailed(): Promise<Failure> {
    return until(() => this.failure ?? Promise.reject(new Error('not failed yet')))
  }
  async untilMessages(count: number): Promise<unknown[]> {
    // Megabytes take their time on a busy machine.
    await until(() => expect(this.messages.length).toBeGreaterThanOrEqual(count), 15_000)
    return this.messages
  }
}

/** A request with what the transport itself adds, as a connection prepares it. */
export function preparedBy(transport: Transport, request: AttemptRequest): AttemptRequest {
  const rebuild = async () => preparedBy(transport, await request.rebuild())
  return { ...request, ...transport.attachCursor?.(request), rebuild }
}

/** The request of an attempt on a URL; `rebuild` makes an equal one. */
export function requestOf(url: string, more: Partial<AttemptRequest> = {}): AttemptRequest {
  const request: AttemptRequest = {
    url,
    headers: {},
    protocols: [],
    token: null,
    cursor: undefined,
    needsToken: false,
    rebuild: () => Promise.resolve(request),
    authorize: () => Promise.resolve(request),
    ...more,
  }
  return request
}
