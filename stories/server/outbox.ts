/** What holds back the messages of one connection. Asked whenever something is to be sent. */
export interface Hold {
  isFrozen: () => boolean
  /** ms to wait before the next message. */
  delay: () => number
}

export type Outbox = ReturnType<typeof createOutbox>

/** Messages that may wait; past that the connection is given up, as a client that never reads would be. */
const MAX_WAITING = 20_000

/** The one way out of a connection: keeps the order while a fault freezes or delays it. */
export function createOutbox(hold: Hold, onOverflow: () => void) {
  let waiting: Array<{ due: number; send: () => void }> = []
  let lastDue = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  /** Sends what is due; called again when a fault ends. */
  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    for (let next = waiting[0]; next && !hold.isFrozen(); next = waiting[0]) {
      const left = next.due - Date.now()
      if (left > 0) {
        timer = setTimeout(flush, left)
        return
      }
      waiting.shift()
      next.send()
    }
  }

  return {
    flush,
    get isWaiting(): boolean {
      return waiting.length > 0
    },
    push(send: () => void): void {
      if (closed) return
      const delay = hold.delay()
      if (waiting.length === 0 && delay === 0 && !hold.isFrozen()) send()
      else if (waiting.length >= MAX_WAITING) onOverflow()
      else {
        lastDue = Math.max(lastDue, Date.now() + delay)
        waiting.push({ due: lastDue, send })
        if (!timer) flush()
      }
    },
    close(): void {
      closed = true
      waiting = []
      clearTimeout(timer)
    },
  }
}
