import { WebSocket } from 'ws'
import type { Outbox } from './outbox.ts'

/**
 * A socket that says nothing but through its outbox, once it has one: `ws` answers close frames by itself,
 * which a frozen server would not.
 */
export class DemoSocket extends WebSocket {
  outbox: Outbox | undefined

  override close(code?: number, reason?: string | Buffer): void {
    if (this.outbox) this.outbox.push(() => super.close(code, reason))
    else super.close(code, reason)
  }

  /** Closes at once, frozen or not, and goes on with the closing handshake by itself. */
  closeNow(code: number, reason: string): void {
    this.outbox = undefined
    super.close(code, reason)
  }
}
