import { WebSocket } from 'ws'

// jsdom's own WebSocket never opens here: it stands on Node's EventTarget, which refuses jsdom's global Event.
Object.assign(globalThis, { WebSocket })
