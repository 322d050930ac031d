import { join } from 'node:path'
import type ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { decideFailure, type FailureAction } from '../../src/core/failure.ts'
import { socketDefinition } from '../../src/hooks/socketDefinition.ts'
import {
  DEFAULT_CLOSE_DELAY,
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_RECONNECT,
} from '../../src/providers/realtimeOptions.ts'
import { createProgram } from './compile.ts'
import { readPage, root } from './snippets.ts'

const entry = join(root, 'src/index.ts')
const program = createProgram([entry])
const checker = program.getTypeChecker()
const readme = readPage('README.md')

function typeOf(name: string): ts.Type {
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!
  const found = checker.getExportsOfModule(symbol).find(exported => exported.name === name)!
  return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(found))
}

/** The members of an exported type; with `file`, only those that this file of `src` declares. */
function members(type: string, file = ''): string[] {
  const properties = typeOf(type).getProperties()
  return properties
    .filter(({ declarations }) => declarations?.some(node => node.getSourceFile().fileName.endsWith(file)))
    .map(({ name }) => name)
}

function section(heading: string): string {
  const [, rest] = readme.split(`\n## ${heading}\n`)
  expect(rest, heading).toBeDefined()
  return rest?.split(/\n## /)[0] ?? ''
}

/** The rows of the first table under a heading, without its head, as cells. */
function table(heading: string): string[][] {
  const [first = ''] = /(^\|.*\n)+/m.exec(section(heading)) ?? []
  const rows = first.trim().split('\n').slice(2)
  return rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

const names = (heading: string) => table(heading).map(([cell = '']) => /^`([^`]+)`/.exec(cell)?.[1])
const cell = (heading: string, name: string) => table(heading).find(([first]) => first === `\`${name}\``)?.[1]

describe('the README lists exactly', () => {
  test('the props of the provider', () => {
    const props = members('RealtimeProviderProps').filter(name => name !== 'children')
    expect(names('The provider').sort()).toEqual(props.sort())
  })

  test('the words of the status', () => {
    const words = (typeOf('Status') as ts.UnionType).types.map(type => (type as ts.StringLiteralType).value)
    expect(names('The result of all connections').sort()).toEqual(words.sort())
  })

  test.each([
    ['usePolling', 'PollingOptions', 'pollingOptions.ts'],
    ['useServerEvents', 'ServerEventsOptions', 'serverEventsDefinition.ts'],
    ['useLongPoll', 'LongPollOptions', 'longPollDefinition.ts'],
    ['useSocket', 'SocketOptions', 'socketDefinition.ts'],
    ['The options of all connections', 'ConnectionOptions', 'connectionOptions.ts'],
  ])('%s: the options', (heading, type, file) => {
    expect(names(heading).sort()).toEqual(members(type, file).sort())
  })

  test('the errors and their codes', () => {
    const codes = (typeOf('RealtimeErrorCode') as ts.UnionType).types
    const listed = table('Errors').map(([, code]) => code?.replaceAll('`', ''))
    expect(listed.sort()).toEqual(codes.map(type => (type as ts.StringLiteralType).value).sort())
  })

  test.each([
    ['The result of all connections', 'ConnectionResult'],
    ['usePolling', 'PollingControls'],
    ['useRealtime', 'Realtime'],
    ['useRealtime', 'ConnectionInfo'],
  ])('%s: the members of %s', (heading, type) => {
    const code =
      section(heading)
        .match(/`[^`]+`/g)
        ?.join() ?? ''
    expect(members(type).filter(name => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
  })
})

describe('the defaults in the README are those of the code', () => {
  const numbers = (text = '') =>
    [...text.matchAll(/(\w+): ([\d_]+|Infinity)/g)].map(([, key, value = '']) => [
      key,
      Number(value.replaceAll('_', '')),
    ])

  test('of the provider', () => {
    expect(Object.fromEntries(numbers(cell('The provider', 'reconnect')))).toEqual(DEFAULT_RECONNECT)
    expect(cell('The provider', 'closeDelay')?.replace(/[`_]/g, '')).toBe(String(DEFAULT_CLOSE_DELAY))
    expect(cell('The provider', 'maxMessageBytes')?.replace(/[`_]/g, '')).toBe(
      String(DEFAULT_MAX_MESSAGE_BYTES),
    )
  })

  test('of the heartbeat', () => {
    const row = table('The provider').find(([name]) => name === '`heartbeat`')
    const plan = socketDefinition.liveness({ url: '' }, { heartbeat: true })
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

describe('the failure table in the README is that of the code', () => {
  const rows = table('What ends a retry').map(([name = '', codes, statuses = '']) => {
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

test('the sizes in the README are the limits that `npm run size` checks', () => {
  const listed = section('Supported runtimes').matchAll(/^\| `([^`]+)` +\| ([\d.]+ kB) +\|$/gm)
  const limits = readPage('.size-limit.js').matchAll(/entry\('([^']+)', '([^']+)'\)/g)
  const pairs = [...listed].map(([, name, limit]) => [name, limit])
  expect(pairs).toHaveLength(4)
  expect(pairs).toEqual([...limits].map(([, name, limit]) => [name, limit]))
})
