import { randomBytes } from 'node:crypto'
import { keyOf, type Cursor, type Entry, type Envelope } from './envelope.ts'

export type Log = ReturnType<typeof createLog>

/** Maximum number of keys with a latest value. Beyond it, the least recently changed one is dropped. */
const MAX_KEYS = 5_000

/** The event log of a channel: a ring of `capacity` entries, and the latest value of each key. */
export function createLog(capacity = 5_000) {
  let epoch = newEpoch()
  let seq = 0
  let startedAt = Date.now()
  let ring: Array<{ entry: Entry; at: number }> = []
  const latest = new Map<string, Entry>()

  const slot = (n: number) => (n > seq - capacity && n <= seq ? ring[(n - 1) % capacity] : undefined)

  function append(envelope: Envelope): Entry {
    seq += 1
    const { type, params, response } = envelope
    const entry: Entry = { type, params, response, epoch, seq }
    ring[(seq - 1) % capacity] = { entry, at: Date.now() }
    const key = keyOf(type, params)
    latest.delete(key)
    latest.set(key, entry)
    if (latest.size > MAX_KEYS) latest.delete(latest.keys().next().value as string)
    return entry
  }

  return {
    append,
    get head(): Cursor {
      return { epoch, seq }
    },
    /** The entries after `cursor`, oldest first; `undefined` if it is of another epoch or has left the ring. */
    after(cursor: Cursor): Entry[] | undefined {
      const oldest = Math.max(0, seq - capacity)
      if (cursor.epoch !== epoch || cursor.seq > seq || cursor.seq < oldest) return undefined
      const slots = Array.from({ length: seq - cursor.seq }, (_, i) => slot(cursor.seq + 1 + i))
      return slots.flatMap(found => found?.entry ?? [])
    },
    /** When `n` was appended (ms since 1970); `undefined` if it has left the ring. */
    timeOf: (n: number): number | undefined => (n === 0 ? startedAt : slot(n)?.at),
    /** The latest entry of each key, least recently changed first. */
    latest: (): Entry[] => [...latest.values()],
    latestOf: (type: string, params: unknown): Entry | undefined => latest.get(keyOf(type, params)),
    /**
     * The latest value of each key for a client that has no cursor. Only the last one carries `epoch` and `seq`,
     * those of the log's head: older ones would look like a jump in the sequence.
     */
    snapshot(): Array<Envelope & Partial<Cursor>> {
      const head = { epoch, seq }
      return [...latest.values()].map(({ type, params, response }, i) => {
        return { type, params, response, ...(i === latest.size - 1 ? head : {}) }
      })
    },
    /** Starts a new epoch with an empty ring. Latest values stay; only the history is lost. */
    forget(): void {
      epoch = newEpoch()
      seq = 0
      startedAt = Date.now()
      ring = []
      for (const [key, entry] of latest) latest.set(key, { ...entry, epoch, seq: 0 })
    },
  }
}

function newEpoch(): string {
  return randomBytes(4).toString('hex')
}
