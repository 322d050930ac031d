import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as api from 'react-query-realtime'
import * as engines from 'react-query-realtime/engines'
import * as protocols from 'react-query-realtime/protocols'
import type ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { decideFailure, type FailureAction } from '../../src/core/failure.ts'
import { socketDefinition } from '../../src/providers/socketOptions.ts'
import {
  DEFAULT_CLOSE_DELAY,
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_RECONNECT,
} from '../../src/providers/options.ts'
import { createProgram } from './compile.ts'
import { isCode, readPage, readSnippets, root } from './snippets.ts'

const entries = ['src/index.ts', 'src/protocols/index.ts', 'src/engines/index.ts'].map(path =>
  join(root, path),
)
const program = createProgram(entries)
const checker = program.getTypeChecker()

function typeOf(name: string): ts.Type {
  const modules = entries.map(entry => checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
  const exports = modules.flatMap(module => checker.getExportsOfModule(module))
  const found = exports.find(exported => exported.name === name)!
  return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(found))
}

/** The members of an exported type; with `file`, only those that this file of `src` declares. */
function members(type: string, file = ''): string[] {
  const properties = typeOf(type).getProperties()
  return properties
    .filter(({ declarations }) => declarations?.some(node => node.getSourceFile().fileName.endsWith(file)))
    .map(({ name }) => name)
    .filter(name => !name.includes('#'))
}

/** The text of a page of the reference, or of one of its sections. */
function section(page: string, heading?: string): string {
  const text = readPage(`docs/reference/${page}.md`)
  if (heading === undefined) return text
  const [, rest] = text.split(new RegExp(`\n###? ${heading}\n`))
  expect(rest, heading).toBeDefined()
  return rest?.split(/\n###? /)[0] ?? ''
}

/** The rows of the first table of a page or a section, without its head, as cells. */
function table(page: string, heading?: string): string[][] {
  const [first = ''] = /(^\|.*\n)+/m.exec(section(page, heading)) ?? []
  const rows = first.trim().split('\n').slice(2)
  return rows.map(row =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

const names = (page: string, heading?: string) =>
  table(page, heading).map(([cell = '']) => /^`([\w-]+)/.exec(cell)?.[1])
const cell = (page: string, heading: string, name: string) =>
  table(page, heading).find(([first]) => first === `\`${name}\``)?.[1]

/** The values of a union of strings. */
const valuesOf = (type: string) =>
  (typeOf(type) as ts.UnionType).types.map(member => (member as ts.StringLiteralType).value)

/** The member of a union whose property `tag` is `value`. */
function variants(type: string, tag: string): Map<string, ts.Type> {
  const { types } = typeOf(type) as ts.UnionType
  return new Map(
    types.map(variant => {
      const property = checker.getTypeOfSymbol(variant.getProperty(tag)!)
      return [(property as ts.StringLiteralType).value, variant]
    }),
  )
}

describe('the reference lists exactly', () => {
  test('the props of the provider', () => {
    const props = members('RealtimeProviderProps').filter(name => name !== 'children')
    expect(names('realtime-provider', 'Props').sort()).toEqual(props.sort())
  })

  test('the members of `reconnect` and `heartbeat`', () => {
    expect(names('realtime-provider', 'reconnect').sort()).toEqual(members('ReconnectOptions').sort())
    expect(names('realtime-provider', 'heartbeat').sort()).toEqual(members('HeartbeatOptions').sort())
  })

  test.each([
    ['use-polling', 'PollingOptions', 'pollingOptions.ts'],
    ['use-server-events', 'ServerEventsOptions', 'serverEventsOptions.ts'],
    ['use-long-poll', 'LongPollOptions', 'longPollOptions.ts'],
    ['use-socket', 'SocketOptions', 'socketOptions.ts'],
    ['connections', 'ConnectionOptions', 'options.ts'],
  ])('%s: the options', (page, type, file) => {
    expect(names(page, 'Options').sort()).toEqual(members(type, file).sort())
  })

  test('use-source: the options', () => {
    const shared = members('ConnectionOptions').filter(name => name !== 'id')
    const own = members('SourceOptions').filter(name => !shared.includes(name))
    expect(names('use-source', 'Options').sort()).toEqual(own.sort())
  })

  test.each([
    ['use-socket', 'The link', ['ProtocolLink']],
    ['use-socket', 'Outgoing', ['Outgoing']],
    ['use-socket', 'Incoming', ['IncomingReply']],
    ['use-source', 'connect', ['SourceLink', 'SourceHandle']],
  ])('%s, %s: the members of a protocol or a source', (page, heading, types) => {
    const cells = [...section(page, heading).matchAll(/^\| (`[^|]+)/gm)].map(([, cell = '']) => cell)
    const listed = cells.flatMap(cell => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name))
    const declared = types
      .flatMap(type => members(type))
      .filter(name => name !== 'type' || heading === 'Outgoing')
    expect(listed.sort()).toEqual(declared.sort())
  })

  test.each([
    ['connections', 'Result', 'ConnectionResult'],
    ['use-polling', 'Result', 'PollingControls'],
    ['use-realtime', 'Result', 'Realtime'],
    ['use-realtime', 'A connection', 'ConnectionInfo'],
    ['realtime-client', 'Methods', 'RealtimeClient'],
    ['realtime-client', 'subscribe', 'MessageObserver'],
    ['use-socket', 'request', 'RequestOptions'],
    ['use-socket', 'protocol', 'ProtocolSession'],
    ['recovery', 'recovery', 'Recovery'],
  ])('%s, %s: the members of %s', (page, heading, type) => {
    expect(names(page, heading).sort()).toEqual(members(type).sort())
  })

  test.each([
    ['connections', 'Status', 'Status'],
    ['recovery', 'Gaps', 'GapCause'],
    ['tokens', 'getToken', 'TokenReason'],
  ])('%s, %s: the values of %s', (page, heading, type) => {
    const listed = table(page, heading).map(([value]) => value?.replace(/[`']/g, ''))
    expect(listed.sort()).toEqual(valuesOf(type).sort())
  })

  test('the errors and their codes', () => {
    const listed = table('errors').map(([, code]) => code?.replaceAll('`', ''))
    expect(listed.sort()).toEqual(valuesOf('RealtimeErrorCode').sort())
  })

  test('the kinds of a failed connection', () => {
    // An impossible request has an error of another class.
    const kinds = [...variants('Failure', 'kind').keys()].filter(kind => kind !== 'impossible')
    expect(names('errors', 'connection-failed').sort()).toEqual(kinds.sort())
  })

  test('the events and their fields', () => {
    const listed = table('events').map(([kind = '', fields = '']) => [
      kind.replaceAll('`', ''),
      [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field).sort(),
    ])
    const declared = [...variants('ConnectionEvent', 'kind')].map(([kind, variant]) => [
      kind,
      variant
        .getProperties()
        .map(({ name }) => name)
        .filter(name => name !== 'kind')
        .sort(),
    ])
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(declared))
  })
})

describe('the defaults in the reference are those of the code', () => {
  const numbers = (text = '') =>
    [...text.matchAll(/(\w+): ([\d_]+|Infinity)/g)].map(([, key, value = '']) => [
      key,
      Number(value.replaceAll('_', '')),
    ])

  test('of the provider', () => {
    expect(Object.fromEntries(numbers(cell('realtime-provider', 'Props', 'reconnect')))).toEqual(
      DEFAULT_RECONNECT,
    )
    expect(cell('realtime-provider', 'Props', 'closeDelay')?.replace(/[`_]/g, '')).toBe(
      String(DEFAULT_CLOSE_DELAY),
    )
    expect(cell('realtime-provider', 'Props', 'maxMessageBytes')?.replace(/[`_]/g, '')).toBe(
      String(DEFAULT_MAX_MESSAGE_BYTES),
    )
  })

  test('of the heartbeat', () => {
    const row = table('realtime-provider', 'Props').find(([name]) => name === '`heartbeat`')
    const plan = socketDefinition.plan({ url: '' }, { heartbeat: true }).heartbeat
    expect(plan).toMatchObject(Object.fromEntries(numbers(row?.[2])))
    expect(row?.[2]).toContain(`message: { type: '${(plan?.message as { type: string }).type}' }`)
  })
})

/** What "1003, 4402–4407" names. */
function numbersIn(text = ''): number[] {
  return [...text.matchAll(/(\d{3,4})(?:–(\d{3,4}))?/g)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
  )
}

describe('the failure table in the reference is that of the code', () => {
  const rows = table('failures').map(([name = '', codes, statuses = '']) => {
    const [, action = ''] = /`([^`]+)`/.exec(name) ?? []
    return { action: action as FailureAction, codes: numbersIn(codes), statuses }
  })

  test('for close codes', () => {
    const listed = (code: number) => rows.find(({ codes }) => codes.includes(code))?.action ?? 'retry'
    for (let code = 1000; code < 5000; code++) {
      expect(decideFailure({ kind: 'close', code, opened: true }).action, String(code)).toBe(listed(code))
    }
  })

  test('for HTTP statuses', () => {
    const without = rows.map(({ action, statuses }) => {
      const [named, excepted] = statuses.split(', but ')
      const some = numbersIn(named?.replace(/, and .*/, '')).filter(
        status => !numbersIn(excepted).includes(status),
      )
      return { action, some }
    })
    const listed = (status: number) => without.find(({ some }) => some.includes(status))?.action ?? 'retry'
    for (let status = 201; status < 600; status++) {
      expect(decideFailure({ kind: 'status', status }).action, String(status)).toBe(listed(status))
    }
    const withCursor = decideFailure({ kind: 'status', status: 400, hadCursor: true }).action
    expect(rows.find(({ statuses }) => statuses.includes('400 if'))?.action).toBe(withCursor)
  })
})

test('the sizes in the reference are the limits that `npm run size` checks', () => {
  const listed = section('runtimes', 'Size').matchAll(/^\| `([^`]+)` +\| ([\d.]+ kB) +\|$/gm)
  const limits = readPage('.size-limit.js').matchAll(/entry\('([^']+)', '([^']+)'\)/g)
  const pairs = [...listed].map(([, name, limit]) => [name, limit])
  expect(pairs).toHaveLength(6)
  expect(pairs).toEqual([...limits].map(([, name, limit]) => [name, limit]))
})

test.each(['protocol', 'engine'])(
  'the sizes of each %s in the reference are the limits that `npm run size` checks',
  kind => {
    const listed = table(`${kind}s`).map(([name, limit]) => [/\w+/.exec(name ?? '')?.[0], limit])
    const limits = readPage('.size-limit.js').matchAll(new RegExp(`${kind}\\('([^']+)', '([^']+)'\\)`, 'g'))
    expect(listed).toEqual([...limits].map(([, name, limit]) => [name, limit]))
  },
)

test('the reference describes every option of the ready-made protocols', () => {
  for (const [factory, options] of Object.entries({
    graphqlTransportWs: 'GraphqlTransportWsOptions',
    jsonRpc: 'JsonRpcOptions',
    socketIo: 'SocketIoOptions',
    phoenix: 'PhoenixOptions',
  })) {
    const text = section('protocols', factory)
    expect(
      members(options, '').filter(name => !new RegExp(`^\\| \`${name}[(\`]`, 'm').test(text)),
      factory,
    ).toEqual([])
  }
})

test('the guide lists every proven protocol with its lines', () => {
  const folders = ['src/protocols', 'test/protocols/clients']
  const files = folders.flatMap(folder =>
    readdirSync(join(root, folder)).map(name => ({
      name: name.replace('.ts', ''),
      path: `${folder}/${name}`,
    })),
  )
  const isCounted = (line: string) => !/^\s*(\/\/|\/?\*|$)/.test(line)
  const actual = files
    .filter(({ name }) => name !== 'index')
    .map(({ name, path }) => `${name} ${readPage(path).trim().split('\n').filter(isCounted).length}`)
  const rows = readPage('docs/guides/your-protocol.md').matchAll(
    /^\|[^|]+\| \[?`(\w+)`[^|]*\|[^|]+\| (\d+) +\|$/gm,
  )
  expect([...rows].map(([, name, lines]) => `${name} ${lines}`).sort()).toEqual(actual.sort())
})

test('the reference names everything that the package exports', () => {
  const text = readPage('docs/reference/index.md')
  expect(
    Object.keys({ ...api, ...engines, ...protocols }).filter(
      name => !new RegExp(`\`${name}\``).test(text) && !name.endsWith('Error'),
    ),
  ).toEqual([])
  const errors = readPage('docs/reference/errors.md')
  expect(Object.keys(api).filter(name => name.endsWith('Error') && !errors.includes(`\`${name}\``))).toEqual(
    [],
  )
})

test('every hook has a page of the reference whose code calls it', () => {
  const hooks = Object.keys(api).filter(name => /^use[A-Z]/.test(name))
  const missing = hooks.filter(name => {
    const own = name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    const page = name.startsWith('useSuspense') ? 'suspense-hooks' : own
    return !readSnippets(`docs/reference/${page}.md`).some(
      snippet => isCode(snippet) && new RegExp(`\\b${name}[<(]`).test(snippet.code),
    )
  })
  expect(hooks.length).toBeGreaterThan(5)
  expect(missing).toEqual([])
})
