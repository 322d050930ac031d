import { WebSocket } from 'ws'

// jsdom's own WebSocket never opens here: see ../jsdomSetup.ts.
Object.assign(globalThis, { WebSocket })
