import type { Watched } from './watch.ts'

/** What many users of one connection have open. */
export interface Sharing {
  /** Sockets that 100 users opened. */
  sockets: number
  /** Sockets opened after 500 more came and went in one tick. */
  socketsAfter: number
  /** What is left when all users have unmounted and the close delay is over. */
  timersLeft: number
  listenersLeft: number
  socketsLeft: number
}

/** A connection's close delay, and the time a peer may take to close one, in ms. */
const afterwards = 2_500

/** Counts what users of a connection open and leave behind. */
export async function measureShare(mountUsers: (count: number) => void): Promise<Sharing> {
  const { watched } = globalThis as unknown as { watched: Watched }
  const isUsed = ({ readyState }: WebSocket) => readyState !== WebSocket.CLOSED
  const countListeners = () =>
    [...watched.listeners].reduce((sum, [target, { size }]) => {
      return target instanceof WebSocket && !isUsed(target) ? sum : sum + size
    }, 0)
  mountUsers(0)
  await pause(500)
  const before = { timers: watched.timers.size, listeners: countListeners() }
  mountUsers(100)
  await pause(1_000)
  const sockets = watched.sockets.length
  for (let turn = 0; turn < 500; turn++) {
    mountUsers(101)
    mountUsers(100)
  }
  await pause(1_000)
  const socketsAfter = watched.sockets.length
  mountUsers(0)
  await pause(afterwards)
  return {
    sockets,
    socketsAfter,
    timersLeft: watched.timers.size - before.timers,
    listenersLeft: countListeners() - before.listeners,
    socketsLeft: watched.sockets.filter(isUsed).length,
  }
}

// Waits by frames, because a timer would count as left over.
function pause(time: number): Promise<void> {
  const end = performance.now() + time
  return new Promise(resolve => {
    const turn = () => (performance.now() < end ? requestAnimationFrame(turn) : resolve())
    turn()
  })
}
