import { waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import { type CacheWriter, type Message, useMessage, useSocket } from 'react-query-realtime'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { anything } from '../support/schemas.ts'
import { pass } from '../support/setUpFaults.tsx'
import { resuming } from '../support/resuming.ts'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'

const openSocket = setUpFaultyConnection(useSocket, '/socket')

let warned: MockInstance
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => warned.mockRestore())

/** An open socket on which the frame with the note "bad" is replaced. A "good" frame follows it. */
async function meet(text: string, options: Parameters<typeof openSocket>[0] = {}) {
  const page = await openSocket(options)
  await page.shows('open')
  page.proxy.add({ at: 'frame', from: 'server', text: '"bad"', act: { do: 'replace', text } })
  await page.note('bad')
  await page.note('good')
  await waitFor(() => expect(page.notes).toContain('good'), patient)
  expect(page.proxy.moments('handshake')).toHaveLength(1)
  expect(page.eventsOf('handler-error')).toEqual([])
  return page
}

describe('a frame', () => {
  test.each(['{"type":"note","resp', '<html>', ''])(
    'that is not JSON is dropped and reported, and the connection stays open: "%s" (W16)',
    async text => {
      const { notes, eventsOf } = await meet(text)
      expect(notes).toEqual(['good'])
      expect(eventsOf('bad-message')).toMatchObject([{ reason: 'unreadable' }])
    },
  )

  test('that is not JSON is dropped even if it comes a hundred times (W16)', async () => {
    const { proxy, shows, note, hears, eventsOf } = await openSocket()
    await shows('open')
    proxy.add({ at: 'frame', from: 'server', text: '"note"', times: 100, act: { do: 'replace', text: '{' } })
    for (let count = 0; count < 100; count++) await note(count)
    await note('good')
    await hears('good')
    expect(eventsOf('bad-message')).toHaveLength(100)
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'with the type "%s" has an unknown type and touches no prototype (W17)',
    async type => {
      const { eventsOf, queryClient } = await meet(
        `{"type":${JSON.stringify(type)},"params":{"a":1},"response":{"polluted":true}}`,
      )
      expect(eventsOf('unknown-type').map(event => event.type)).toContain(type)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      expect(Object.keys(Object.prototype)).toEqual([])
      expect(queryClient.getQueryCache().getAll()).toEqual([])
    },
  )

  test.each([
    '{"type":1,"response":2}',
    '{"type":null,"response":2}',
    '{"type":[],"response":2}',
    '{"response":2}',
  ])('whose type is not a string (%s) has an unknown type and throws nothing (W18)', async text => {
    const { eventsOf, queryClient } = await meet(text)
    expect(eventsOf('unknown-type').map(event => event.type)).toContain('')
    expect(queryClient.getQueryCache().getAll()).toEqual([])
  })

  test('of an unknown type is counted each time and causes one warning (W19)', async () => {
    // An onMessage would accept everything, and nothing would be unexpected.
    const { proxy, shows, publish, note, eventsOf, queryClient } = await openSocket({
      onMessage: undefined,
      messages: { note: anything },
    })
    await shows('open')
    for (let count = 0; count < 3; count++) await publish('nobody-asked', null, count)
    await note('good')
    await waitFor(() => expect(queryClient.getQueryData(['note'])).toBe('good'), patient)
    expect(eventsOf('unknown-type').filter(({ type }) => type === 'nobody-asked')).toHaveLength(3)
    expect(warned.mock.calls.filter(([text]) => String(text).includes('nobody-asked'))).toHaveLength(1)
    expect(proxy.moments('handshake')).toHaveLength(1)
  })

  test('with unknown fields is still a message (W20)', async () => {
    const { notes } = await meet('{"type":"note","params":null,"response":"odd","version":2,"meta":{"a":[]}}')
    expect(notes).toEqual(['odd', 'good'])
  })

  test('with a member named __proto__ sets no prototype in the cached data (W21)', async () => {
    const { queryClient } = await meet(
      '{"type":"row","params":{"__proto__":{"isAdmin":true}},"response":{"__proto__":{"isAdmin":true},"n":1}}',
      { messages: { row: anything } },
    )
    const data = queryClient.getQueryData<{ n: number; isAdmin?: boolean }>(['row', {}])
    expect(data?.n).toBe(1)
    expect(data?.isAdmin).toBeUndefined()
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test('with binary data is read by parse; without parse it is an unknown message (W22)', async () => {
    const decoding = await openSocket(
      {
        binaryType: 'arraybuffer',
        parse: data => JSON.parse(new TextDecoder().decode(data as ArrayBuffer)) as unknown,
      },
      { path: '/socket?binary=1' },
    )
    await decoding.shows('open')
    await decoding.note('a')
    await decoding.hears('a')
    decoding.view.unmount()
    const plain = await openSocket({}, { path: '/socket?binary=1' })
    await plain.shows('open')
    await plain.note('a')
    await waitFor(() => expect(plain.eventsOf('unknown-type').length).toBeGreaterThanOrEqual(2), patient)
    expect(new Set(plain.eventsOf('unknown-type').map(({ type }) => type))).toEqual(new Set(['message']))
    expect(plain.notes).toEqual([])
    expect(plain.proxy.moments('handshake')).toHaveLength(1)
  })

  test('of 20 MB is dropped before it is parsed (W23)', async () => {
    const lengths: number[] = []
    const parse = JSON.parse
    const spy = vi.spyOn(JSON, 'parse').mockImplementation((text: string, ...more) => {
      lengths.push(text.length)
      return parse(text, ...more) as unknown
    })
    const { notes, eventsOf } = await meet(
      `{"type":"note","params":null,"response":"${'x'.repeat(20 * 1024 * 1024)}"}`,
    )
    spy.mockRestore()
    expect(notes).toEqual(['good'])
    expect(eventsOf('bad-message')).toMatchObject([{ reason: 'too-large' }])
    expect(Math.max(...lengths)).toBeLessThan(1_000)
  })

  test('in a burst of a thousand arrives in order, and causes few renders (W24)', async () => {
    const rendered = vi.fn()
    function Last() {
      const { data } = useMessage('note')
      useEffect(() => rendered(data))
      return null
    }
    const { shows, view, Light, notes, post } = await openSocket()
    view.rerender([<Light key="light" />, <Last key="last" />])
    await shows('open')
    rendered.mockClear()
    const all = Array.from({ length: 1_000 }, (_, index) => index)
    await post(
      '/publish',
      all.map(response => ({ type: 'note', params: null, response })),
    )
    await waitFor(() => expect(notes).toHaveLength(1_000), patient)
    expect(notes).toEqual(all)
    await waitFor(() => expect(rendered).toHaveBeenLastCalledWith(999), patient)
    expect(rendered.mock.calls.length).toBeLessThan(100)
  })

  test('whose handler throws affects no other frame, nor does an onMessage that throws (W25)', async () => {
    const heard: unknown[] = []
    const { proxy, shows, note, eventsOf, queryClient } = await openSocket({
      on: {
        note({ response }: Message, cache: CacheWriter) {
          if (response === 'bad') throw new Error('handler')
          cache.setQueryData(['last'], response)
        },
      },
      onMessage({ response }) {
        heard.push(response)
        if (response === 'worse') throw new Error('onMessage')
      },
    })
    await shows('open')
    for (const each of ['bad', 'worse', 'good']) await note(each)
    await waitFor(() => expect(queryClient.getQueryData(['last'])).toBe('good'), patient)
    expect(heard.slice(-3)).toEqual(['bad', 'worse', 'good'])
    expect(eventsOf('handler-error').map(({ error }) => (error as Error).message)).toEqual([
      'handler',
      'onMessage',
    ])
    expect(proxy.moments('handshake')).toHaveLength(1)
  })
})

describe('a numbered message', () => {
  const written = { messages: { note: anything }, recovery: resuming }

  test('that arrives twice counts once (W27)', async () => {
    const { proxy, shows, note, hears } = await openSocket(written)
    await shows('open')
    proxy.add({ at: 'frame', from: 'server', text: '"note"', act: { do: 'duplicate' } })
    for (const each of ['a', 'b', 'c']) await note(each)
    await hears('a', 'b', 'c')
  })

  test('that is missing is a gap: written queries are refetched once, and the stream continues (W28)', async () => {
    const { proxy, shows, note, hears, eventsOf, queryClient } = await openSocket(written)
    await shows('open')
    await note('a')
    await hears('a')
    proxy.add({ at: 'frame', from: 'server', text: '"lost"', act: { do: 'drop' } })
    for (const each of ['lost', 'b']) await note(each)
    await waitFor(() => expect(eventsOf('gap')).toHaveLength(1), patient)
    expect(eventsOf('gap')).toMatchObject([{ cause: 'sequence', keys: [['note']] }])
    expect(queryClient.getQueryState(['note'])?.isInvalidated).toBe(true)
    await note('c')
    await hears('a', 'b', 'c')
    expect(proxy.moments('handshake')).toHaveLength(1)
    await pass(1_100)
    expect(eventsOf('gap')).toHaveLength(1)
  })

  test('that overtakes another is a gap, not a silent loss (W28)', async () => {
    const { proxy, shows, note, hears, eventsOf } = await openSocket(written)
    await shows('open')
    await note('a')
    proxy.add({ at: 'frame', from: 'server', text: '"late"', act: { do: 'reorder' } })
    for (const each of ['late', 'b', 'c']) await note(each)
    await hears('a', 'b', 'c')
    await waitFor(() => expect(eventsOf('gap')).toMatchObject([{ cause: 'sequence' }]), patient)
  })

  test('of a new epoch, numbered from the start again, is one gap, after which counting continues (W29)', async () => {
    const { proxy, shows, note, hears, fault, eventsOf } = await openSocket(written)
    await shows('open')
    for (const each of ['a', 'b']) await note(each)
    await hears('a', 'b')
    await fault('forget')
    for (const each of ['c', 'd']) await note(each)
    await hears('a', 'b', 'c', 'd')
    await waitFor(
      () => expect(eventsOf('gap')).toMatchObject([{ cause: 'epoch', keys: [['note']] }]),
      patient,
    )
    await pass(1_100)
    expect(eventsOf('gap')).toHaveLength(1)
    proxy.strike({ do: 'reset' })
    await shows('reconnecting')
    await note('e')
    await hears('a', 'b', 'c', 'd', 'e')
    expect(eventsOf('gap')).toHaveLength(1)
  })

  test('that cannot be resumed from is one gap, within the jitter, and is reported to the application (W31)', async () => {
    const gaps: unknown[] = []
    const { proxy, shows, note, hears, fault, eventsOf, queryClient } = await openSocket({
      ...written,
      onGap: gap => gaps.push(gap),
    })
    await shows('open')
    await note('a')
    await hears('a')
    await proxy.refuse()
    proxy.strike({ do: 'reset' })
    await shows('reconnecting')
    await fault('forget')
    await note('b')
    await proxy.accept()
    await waitFor(() => expect(eventsOf('gap')).toHaveLength(1), patient)
    expect(gaps).toEqual([{ cause: 'refused', keys: [['note']] }])
    expect(queryClient.getQueryState(['note'])?.isInvalidated).toBe(true)
    await pass(1_100)
    expect(gaps).toHaveLength(1)
  })

  test('is not lost if the connection drops before the first one: the welcome named the position (W32)', async () => {
    const { proxy, shows, note, hears, eventsOf } = await openSocket(written)
    await shows('open')
    await waitFor(() => expect(proxy.moments('frame').length).toBeGreaterThanOrEqual(1), patient)
    await proxy.refuse()
    proxy.strike({ do: 'reset' })
    await shows('reconnecting')
    await note('a')
    await proxy.accept()
    await hears('a')
    await pass(1_100)
    expect(eventsOf('gap')).toEqual([])
  })

  test('is a gap if the connection drops before any position arrived (W32)', async () => {
    const { proxy, shows, note, eventsOf } = await openSocket({
      ...written,
      recovery: { ...resuming, cursor: ({ seq, epoch }) => (seq === undefined ? undefined : { epoch, seq }) },
    })
    await shows('open')
    await proxy.refuse()
    proxy.strike({ do: 'reset' })
    await shows('reconnecting')
    await note('a')
    await proxy.accept()
    await waitFor(() => expect(eventsOf('gap')).toHaveLength(1), patient)
  })
})
