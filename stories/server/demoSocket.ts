import { WebSocket } from 'ws'
import type { Outbox } from './outbox.ts'

/**
 * A socket that sends only through its outbox, once it has one. `ws` replies to close frames on its own, and a frozen server
 * must not.
 */
export class DemoSocket extends WebSocket {
  outbox: Outbox | undefined

  override close(code?: number, reason?: string | Buffer): void {
    if (this.outbox) this.outbox.push(() => super.close(code, reason))
    else super.close(code, reason)
  }

  /** Closes at once, even if frozen, and completes the closing handshake. */
  closeNow(code: number, reason: string): void {
    this.outbox = undefined
    super.close(code, reason)
  }
}
