/** Each kind of garbage as a text: a socket message, the data of an SSE event, or the body of a response. */
const GARBAGE = {
  text: '{"type":"price","params":{"symbol":',
  proto: '{"type":"__proto__","params":{"polluted":true},"response":{"polluted":true}}',
  unknown: '{"type":"no-such-type","params":null,"response":{"surprise":true}}',
  'number-type': '{"type":42,"params":null,"response":null}',
  html: '<!doctype html><title>Sign in</title><h1>Sign in to the network</h1>',
  empty: '',
} as const

export type GarbageKind = keyof typeof GARBAGE

export const GARBAGE_KINDS = Object.keys(GARBAGE) as GarbageKind[]

export function garbageText(kind: GarbageKind): string {
  return GARBAGE[kind]
}

export function garbageType(kind: GarbageKind): string {
  return kind === 'html' ? 'text/html; charset=utf-8' : 'application/json'
}
