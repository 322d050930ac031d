import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionDriverOptions } from '../../src/core/connectionPorts.ts'
import { cursorInQuery } from '../../src/core/cursors.ts'
import type { Recovery } from '../../src/core/streamPosition.ts'
import { ConnectionHarness } from '../support/connectionHarness.ts'

const recovery: Recovery = {
  cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
  attach: request => request,
  resumed: ({ type }) => (type === 'welcome' ? false : undefined),
}

test('"not resumed" is not a gap on the first opening, but is one on the next', async () => {
  const harness = await new ConnectionHarness({ recovery, gapSpread: 0 }).open()
  const welcome = () => {
    harness.receive([
      { type: 'welcome', response: null },
      { type: 'price', response: 1, seq: 1 },
    ])
    harness.clock.advance(1)
  }
  welcome()
  expect(harness.gaps).toEqual([])
  await harness.failAndReopen()
  welcome()
  expect(harness.gaps).toEqual(['refused'])
})

describe('a message that says whether the server resumed', () => {
  test('is delivered to onMessage only', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    const delivered: unknown[] = []
    harness.sink.onMessage = (message, { isNotice, cursor }) => {
      delivered.push([message.type, isNotice, cursor])
      return message
    }
    harness.receive([
      { type: 'welcome', response: null, seq: 1 },
      { type: 'price', response: 1, seq: 2 },
    ])
    expect(delivered).toEqual([
      ['welcome', true, undefined],
      ['price', false, { seq: 2 }],
    ])
  })

  test('settles the request that it replies to', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    const asked = harness.outbox.request({ type: 'welcome' })
    harness.receive({ type: 'welcome', response: 'hello' })
    expect(await asked).toBe('hello')
  })
})

/** What a rejected promise would cause if nothing handled it. */
const rejections: unknown[] = []
const noted = (reason: unknown) => void rejections.push(reason)
beforeEach(() => void process.on('unhandledRejection', noted))
afterEach(() => void process.off('unhandledRejection', noted))
const task = () => new Promise(resolve => setTimeout(resolve, 1))

/** Functions as untyped JavaScript may provide them. */
const untyped = (options: object) => options as Partial<ConnectionDriverOptions>
const secretly = () => Promise.reject(new Error('secret'))

describe('an async parse', () => {
  test.each<[string, (text: string) => unknown]>([
    ['returns a promise', text => Promise.resolve(JSON.parse(text))],
    ['rejects', secretly],
    ['returns an envelope with a promise in it', () => ({ type: 'a', response: Promise.resolve(1) })],
    ['returns promises of envelopes', () => [Promise.resolve({ type: 'a', response: 1 }), secretly()]],
    ['returns a promise from another library', () => ({ then: (done: (value: unknown) => void) => done(1) })],
  ])('that %s drops the message, reports why, and delivers nothing', async (_, parse) => {
    const harness = await new ConnectionHarness({ parse: data => parse(data as string) }).open()
    expect(harness.receive({ type: 'a', response: 1 })).toBe(false)
    await task()
    expect([harness.messages, harness.status, rejections]).toEqual([[], 'open', []])
    expect(harness.events.at(-1)).toEqual({ kind: 'bad-message', reason: 'promise' })
  })
})

describe('a misbehaving application function,', () => {
  const broken: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('mine')
      },
    ],
    ['is async', () => Promise.resolve(true)],
    ['rejects', secretly],
  ]
  const at = { attach: cursorInQuery(), cursor: () => undefined }
  const options: [string, (broken: () => unknown) => object][] = [
    ['heartbeat.isReply', isReply => ({ heartbeat: { interval: 1e6, timeout: 1e6, isReply } })],
    ['recovery.cursor', cursor => ({ recovery: { ...at, cursor } })],
    ['isLast', isLast => ({ isLast })],
    ['recovery.resumed', resumed => ({ recovery: { ...at, resumed } })],
  ]
  const all = options.flatMap(([name, use]) => broken.map(([how, call]) => [name, how, use(call)] as const))
  test.each(all)(
    'such as %s that %s, is reported, and its message is still delivered',
    async (name, _, given) => {
      const harness = await new ConnectionHarness(untyped(given)).open()
      harness.receive({ type: 'price', response: 1, seq: 1 })
      await task()
      expect(harness.messages.map(({ response }) => response)).toEqual([1])
      expect(harness.events.at(-1)).toMatchObject({ kind: 'handler-error', type: name })
      expect([rejections, harness.status]).toEqual([[], 'open'])
    },
  )

  test('such as a recovery.cursor that returns null or an invalid position, gives the message no position', async () => {
    const positions: unknown[] = [null, 7, {}, { seq: Number.NaN }, { seq: '1' }, true, [], '']
    const harness = await new ConnectionHarness(
      untyped({ recovery: { ...at, cursor: () => positions.shift() } }),
    ).open()
    for (const response of [...positions.keys()]) harness.receive({ type: 'price', response })
    harness.clock.advance(60_000)
    expect(harness.messages.map(({ response }) => response)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect([harness.gaps, harness.events.filter(({ kind }) => kind === 'handler-error')]).toEqual([[], []])
  })

  test.each(broken.slice(1))(
    'such as reconnect.decide that %s, is reported, and the failure table decides',
    async (_, decide) => {
      const harness = await new ConnectionHarness(untyped({ decide })).open()
      harness.transport.last.sink.onFailure({ kind: 'network' })
      await task()
      expect(harness.status).toBe('reconnecting')
      expect(harness.events).toContainEqual(
        expect.objectContaining({ kind: 'handler-error', type: 'reconnect.decide' }),
      )
      expect(rejections).toEqual([])
    },
  )
})

test('nothing that a server sends throws, changes a prototype or closes the connection', async () => {
  const seed = Date.now()
  const member = fc.constantFrom(
    'type',
    'params',
    'response',
    'error',
    'id',
    'epoch',
    'seq',
    're',
    '__proto__',
    'then',
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('welcome', 'heartbeat', 'error', '__proto__', 'constructor', '', 1e308, -1, 0.5, null),
  )
  const envelope = fc
    .array(fc.tuple(member, value))
    .map(
      members =>
        `{${members.map(([name, content]) => `${JSON.stringify(name)}:${JSON.stringify(content)}`).join()}}`,
    )
  const frame = fc.oneof(
    envelope,
    fc.array(envelope).map(items => `[${items.join()}]`),
    fc.string(),
  )
  const harness = await new ConnectionHarness({
    recovery: { ...recovery, cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }) },
    heartbeat: { interval: 1e6, timeout: 1e6, isReply: ({ type }) => type === 'heartbeat' },
  }).open()
  fc.assert(
    fc.property(frame, text => {
      harness.transport.last.sink.onMessage(text, {})
      harness.clock.advance(10)
      expect(harness.status).toBe('open')
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
    { seed, numRuns: 2_000 },
  )
  expect(harness.messages.length).toBeGreaterThan(0)
  for (const message of harness.messages) expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
})
