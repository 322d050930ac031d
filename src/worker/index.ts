import { systemClock } from '../core/platform.ts'
import type { LocksLike, PortLike } from '../core/portMessages.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import { createHub } from './hub.ts'

/** The part of a `SharedWorkerGlobalScope` that is used here. */
interface WorkerScope {
  onconnect: ((event: { ports: readonly PortLike[] }) => void) | null
  navigator: { locks: LocksLike }
  WebSocket?: WebSocketConstructor
  addEventListener(type: 'securitypolicyviolation', listener: (event: Violation) => void): void
}

/** The part of a `SecurityPolicyViolationEvent` that is used here. */
interface Violation {
  effectiveDirective: string
  /** `report`: nothing was refused. */
  disposition: 'enforce' | 'report'
}

const scope = globalThis as unknown as WorkerScope

const hub = createHub({
  clock: systemClock,
  random: Math.random,
  locks: scope.navigator.locks,
  fetch: (url, init) => fetch(url, init),
  webSocket: () => scope.WebSocket,
})

scope.addEventListener('securitypolicyviolation', ({ effectiveDirective, disposition }) => {
  if (effectiveDirective === 'connect-src' && disposition === 'enforce') hub.block()
})

scope.onconnect = ({ ports }) => ports.forEach(port => hub.connect(port))
