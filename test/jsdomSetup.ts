import { WebSocket } from 'ws'
import { guardConsole } from './support/consoleGuard.ts'

// jsdom's own WebSocket never opens here: it stands on Node's EventTarget, which refuses jsdom's global Event.
Object.assign(globalThis, { WebSocket })

guardConsole()
