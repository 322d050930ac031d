import type { SocketData } from '../core/envelope.ts'
import type { AttemptMessage, ResponseHead, SharedRequest } from '../core/portMessages.ts'

/** Why a connection has ended. */
export type Ending = Extract<AttemptMessage, { kind: 'closed' }>['failure']

/** Receives the frames and the end of a connection. */
export interface SourceSink {
  onOpen(head?: ResponseHead): void
  onFrame(frame: unknown): void
  onEnd(ending: Ending): void
}

/** A connection to the server. */
export interface Source {
  send(data: SocketData): void
  /** Closes it. It reports nothing more. */
  close(): void
}

/** Opens a connection. It reports nothing before it has returned. */
export type OpenSource<Request extends SharedRequest = SharedRequest> = (
  request: Request,
  sink: SourceSink,
) => Source
