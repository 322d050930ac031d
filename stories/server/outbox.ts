/** Holds back the messages of one connection. Checked before each send. */
export interface Hold {
  isFrozen: () => boolean
  /** ms to wait before the next message. */
  delay: () => number
}

export type Outbox = ReturnType<typeof createOutbox>

/** Maximum number of waiting messages. Beyond it, the connection is closed. */
const MAX_WAITING = 20_000

/** Sends the messages of a connection, in order even while a fault freezes or delays them. */
export function createOutbox(hold: Hold, onOverflow: () => void) {
  let waiting: Array<{ due: number; send: () => void }> = []
  let lastDue = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  /** Sends the messages that are due. Called again when a fault ends. */
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
