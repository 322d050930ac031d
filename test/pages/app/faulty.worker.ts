import { systemClock } from '../../../src/core/platform.ts'
import type { PortLike } from '../../../src/core/portMessages.ts'
import { createHub } from '../../../src/worker/hub.ts'

/** The worker of the package, with a fault: which one is its name, or what a tab says on the channel `worker`. */
const scope = globalThis as unknown as {
  name: string
  onconnect: (event: { ports: readonly MessagePort[] }) => void
}

const ports: MessagePort[] = []
const sockets: WebSocket[] = []

/** A socket that ends with its worker. */
class OwnSocket extends WebSocket {
  constructor(url: string, protocols: string[] = []) {
    super(url, protocols)
    sockets.push(this)
  }
}

const start = () =>
  createHub({
    ...{ clock: systemClock, random: Math.random, locks: navigator.locks },
    fetch: (url, init) => fetch(url, init),
    webSocket: () => OwnSocket,
  })
let hub = start()

function connect(port: MessagePort): void {
  const own = hub
  const gate: PortLike = {
    onmessage: null,
    postMessage(message) {
      const isOther = scope.name === 'other version' && (message as { kind: string }).kind === 'hello'
      if (own === hub) port.postMessage(isOther ? { ...(message as object), version: 0 } : message)
    },
  }
  own.connect(gate)
  port.onmessage = event => gate.onmessage?.(event as never)
}

scope.onconnect = ({ ports: connected }) => {
  ports.push(...connected)
  connected.forEach(connect)
}

new BroadcastChannel('worker').onmessage = ({ data }) => {
  if (data === 'hang') {
    const end = performance.now() + 40_000
    while (performance.now() < end);
  }
  // As WebKit does it: a fresh worker behind the same ports.
  if (data === 'restart') {
    hub = start()
    for (const socket of sockets.splice(0)) socket.close()
    ports.forEach(connect)
  }
}
