import { join } from 'node:path'
import ts from 'typescript'
import { expect, test, vi } from 'vitest'
import { readOptions } from '../docs/compile.ts'
import { root } from '../docs/snippets.ts'

const HEADER = `
  import { z } from 'zod'
  import {
    longPollOptions, messageKey, serverEventsOptions, socketOptions,
    useLongPoll, useMessage, useServerEvents, useSocket, useSocketQuery,
  } from 'react-query-realtime'
  const messages = {
    price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) },
    'order.changed': z.string(),
  }
  const market = socketOptions({ url: '/', messages })
`
const REGISTER = `declare module 'react-query-realtime' { interface Register { messages: typeof messages } }\n`

// The first request compiles the library and its dependencies.
vi.setConfig({ testTimeout: 120_000 })

const file = join(root, 'test/types/completed.ts')
const config = { ...readOptions(), noEmit: true }
const registry = ts.createDocumentRegistry()
const snapshots = new Map<string, ts.IScriptSnapshot>()
let text = ''
let version = 0

const service = ts.createLanguageService(
  {
    getCompilationSettings: () => config,
    getScriptFileNames: () => [file],
    getScriptVersion: name => (name === file ? String(version) : '0'),
    getScriptSnapshot: name => {
      if (name === file) return ts.ScriptSnapshot.fromString(text)
      const content = snapshots.has(name) ? undefined : ts.sys.readFile(name)
      if (content !== undefined) snapshots.set(name, ts.ScriptSnapshot.fromString(content))
      return snapshots.get(name)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
    fileExists: name => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  },
  registry,
)

/** The names that an editor offers where the code has a bar. */
function complete(code: string): string[] {
  const marked = HEADER + code
  text = marked.replace('|', '')
  version++
  const { entries = [] } =
    service.getCompletionsAtPosition(file, marked.indexOf('|', HEADER.length), {}) ?? {}
  return entries.map(({ name }) => name.replace(/^["']|["']$/g, '')).sort()
}

const declared = ['order.changed', 'price']

test.each([
  ['on of useSocket', `useSocket({ url: '/', messages, on: { '|' } })`],
  ['on of socketOptions', `socketOptions({ url: '/', messages, on: { '|' } })`],
  ['on of useServerEvents', `useServerEvents({ url: '/', messages, on: { '|' } })`],
  ['on of serverEventsOptions', `serverEventsOptions({ url: '/', messages, on: { '|' } })`],
  ['on of useLongPoll', `useLongPoll({ url: '/', messages, on: { '|' } })`],
  ['on of longPollOptions', `longPollOptions({ url: '/', messages, on: { '|' } })`],
  ['on beside other handlers', `socketOptions({ url: '/', messages, on: { error: () => undefined, '|' } })`],
])('an editor completes the declared types in %s', (_place, code) => {
  expect(complete(code).filter(name => name !== 'error')).toEqual(declared)
})

test.each([
  ['request', `useSocket(market).request({ type: '|' })`],
  ['useSocketQuery', `useSocketQuery(market, { type: '|' })`],
  ['useSocketQuery beside params', `useSocketQuery(market, { type: '|', params: { symbol: 'BTC' } })`],
  ['onMessage', `useSocket({ url: '/', messages, onMessage: message => message.type === '|' })`],
  ['useMessage, from Register', `${REGISTER}useMessage('|')`],
  ['messageKey, from Register', `${REGISTER}messageKey('|')`],
  ['request, from Register', `${REGISTER}useSocket({ url: '/' }).request({ type: '|' })`],
  ['useSocketQuery, from Register', `${REGISTER}useSocketQuery(socketOptions({ url: '/' }), { type: '|' })`],
])('an editor completes the declared types in %s', (_place, code) => {
  expect(complete(code)).toEqual(declared)
})

test('an editor completes the declared params', () => {
  expect(complete(`useSocketQuery(market, { type: 'price', params: { | } })`)).toContain('symbol')
  expect(complete(`${REGISTER}useMessage('price', { | })`)).toContain('symbol')
})

test('an editor completes the types of on from Register', () => {
  expect(complete(`${REGISTER}socketOptions({ url: '/', on: { '|' } })`)).toEqual(['error', ...declared])
})
