import { WebSocket } from 'ws'
import { guardConsole } from '../support/consoleGuard.ts'

// jsdom's own WebSocket never opens here: see ../jsdomSetup.ts.
Object.assign(globalThis, { WebSocket })

// An application that speaks a protocol handles all of its messages.
guardConsole([])
