import type { TransportHandle, AttemptRequest, Transport, TransportSink } from '../../src/core/transport.ts'
import type { SocketData } from '../../src/core/envelope.ts'

/** One attempt, played by the test. */
export interface FakeAttempt {
  request: AttemptRequest
  sink: TransportSink
  sent: SocketData[]
  isClosed: boolean
}

/** A transport whose attempts are controlled by the test, and can keep emitting after their end. */
export class FakeTransport implements Transport {
  readonly attempts: FakeAttempt[] = []
  droppedCursors = 0
  /** Whether the network accepts what is sent. */
  takes = true

  open(request: AttemptRequest, sink: TransportSink): TransportHandle {
    const attempt: FakeAttempt = { request, sink, sent: [], isClosed: false }
    this.attempts.push(attempt)
    return {
      send: data => {
        if (attempt.isClosed || !this.takes) return false
        attempt.sent.push(data)
        return true
      },
      close: () => void (attempt.isClosed = true),
    }
  }

  dropCursor(): void {
    this.droppedCursors++
  }

  /** The latest attempt. */
  get last(): FakeAttempt {
    const last = this.attempts.at(-1)
    if (!last) throw new Error('No attempt was made.')
    return last
  }

  get running(): FakeAttempt[] {
    return this.attempts.filter(({ isClosed }) => !isClosed)
  }
}
