import type { Entry } from './envelope.ts'
import { type GarbageKind } from './garbage.ts'

export type Faults = ReturnType<typeof createFaults>

/** The faults that last; the others (`kill`, `expire-token`, `forget`) happen once. */
export type LastingFault =
  | { fault: 'freeze' }
  | { fault: 'refuse'; status: number; retryAfter?: number | string }
  | { fault: 'down' }
  | { fault: 'delay'; delay: number }
  | { fault: 'drop'; every: number }
  | { fault: 'garbage'; kind: GarbageKind; count: number }

type NameOf = LastingFault['fault']

/** An active fault, for one client or, without `client`, for the whole channel. */
export type ActiveFault = LastingFault & {
  client?: string
  /** When it ends on its own (ms since 1970). */
  until?: number
}

interface Running {
  active: ActiveFault
  timer: NodeJS.Timeout | undefined
  /** Dropped messages or garbage responses per `client|transport`. */
  used: Map<string, number>
}

/** The faults of a channel. `onEnd` is called when one ends, so that held messages go out. */
export function createFaults(onEnd: () => void) {
  let running: Running[] = []

  function find<N extends NameOf>(name: N, client: string) {
    const hits = running.filter(({ active }) => active.fault === name && concerns(active, client))
    const hit = hits.find(({ active }) => active.client !== undefined) ?? hits[0]
    return hit as (Running & { active: Extract<ActiveFault, { fault: N }> }) | undefined
  }

  function end(matches: (active: ActiveFault) => boolean): void {
    const ended = running.filter(({ active }) => matches(active))
    for (const { timer } of ended) clearTimeout(timer)
    running = running.filter(one => !ended.includes(one))
    if (ended.length > 0) onEnd()
  }

  function count(one: Running, who: string): number {
    const used = (one.used.get(who) ?? 0) + 1
    one.used.set(who, used)
    return used
  }

  return {
    end,
    list: (): ActiveFault[] => running.map(({ active }) => active),
    get: <N extends NameOf>(name: N, client: string) => find(name, client)?.active,
    isFrozen: (client: string) => find('freeze', client) !== undefined,
    delay: (client: string) => find('delay', client)?.active.delay ?? 0,
    /** Starts a fault for `ms` (permanently by default), and replaces the same fault of the same client. */
    start(fault: LastingFault, { client, ms }: { client: string | undefined; ms: number | undefined }): void {
      end(active => active.fault === fault.fault && active.client === client)
      const active: ActiveFault = { ...fault }
      if (client !== undefined) active.client = client
      if (ms !== undefined) active.until = Date.now() + ms
      const timer = ms === undefined ? undefined : setTimeout(() => end(one => one === active), ms)
      running.push({ active, timer, used: new Map() })
    },
    /** `entries` without every n-th while `drop` is active. The log keeps the skipped ones. */
    withoutDropped(entries: Entry[], client: string, transport: string): Entry[] {
      const drop = find('drop', client)
      if (!drop) return entries
      return entries.filter(() => count(drop, `${client}|${transport}`) % drop.active.every !== 0)
    },
    /** The kind of garbage to respond with, while any is left for this client. */
    takeGarbage(client: string, transport: string): GarbageKind | undefined {
      const garbage = find('garbage', client)
      if (!garbage) return undefined
      return count(garbage, `${client}|${transport}`) <= garbage.active.count
        ? garbage.active.kind
        : undefined
    },
    close(): void {
      for (const { timer } of running) clearTimeout(timer)
      running = []
    },
  }
}

function concerns({ client }: ActiveFault, other: string): boolean {
  return client === undefined || client === other
}
