import { screen, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  append,
  type LongPollOptions,
  type LongPollResult,
  type MessageSchemas,
  useLongPoll,
  type Validators,
} from 'react-query-realtime'
import { expect, test } from 'vitest'
import { pageFrom } from '../support/pageFrom.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { allowConsole } from '../support/consoleGuard.ts'

const open = setUpRealtime()

type Options = LongPollOptions<MessageSchemas, Validators>

interface LightProps {
  options: Options
  take?: (result: LongPollResult) => void
}

function Light({ options, take }: LightProps) {
  const result = useLongPoll(options)
  useEffect(() => {
    take?.(result)
  })
  return <i role="status">{result.status}</i>
}

const isShown = (status: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(status))

async function openPoll(more: Partial<Options> = {}, path = '/long-poll') {
  const page = await open()
  // To another origin, a poll that fails is tried without its cursor, and the server may be back by then.
  pageFrom(page.at('/'))
  let result!: LongPollResult
  const options: Options = {
    url: page.at(path),
    on: { note: ({ response }, cache) => cache.setQueryData(['notes'], append(response)) },
    ...more,
  }
  await page.publish('start', null, 0)
  const view = page.render(<Light options={options} take={given => (result = given)} />)
  await isShown('open')
  const has = (notes: unknown[]) =>
    waitFor(() => expect(page.queryClient.getQueryData(['notes'])).toEqual(notes))
  return { ...page, view, result: () => result, has }
}

test('delivers published messages to the handler of their type, one request at a time', async () => {
  const page = await openPoll()
  await page.publish('note', null, 'one')
  await page.has(['one'])
  await page.publish('note', null, 'two')
  await page.has(['one', 'two'])
  expect(await page.openNow('longPoll')).toBe(1)
})

test('shares one request loop between two components (L15)', async () => {
  const page = await open()
  const options = { url: page.at('/long-poll') }
  await page.publish('start', null, 0)
  page.render([<Light key="a" options={options} />, <Light key="b" options={options} />])
  await waitFor(() => {
    expect(screen.getAllByRole('status').map(node => node.textContent)).toEqual(['open', 'open'])
  })
  await waitFor(async () => expect(await page.openNow('longPoll')).toBe(1))
})

test('requests again with the same cursor after an empty response', async () => {
  const page = await openPoll({ holdTimeout: 350 }, '/long-poll?hold=100')
  const { cursor } = page.result()
  await waitFor(async () => expect((await page.clients()).opened.longPoll).toBeGreaterThan(3))
  expect(page.result().cursor).toEqual(cursor)
  await isShown('open')
})

test('continues from its cursor after a drop: nothing is missed or delivered twice', async () => {
  const page = await openPoll()
  await page.publish('note', null, 1)
  await page.has([1])
  await page.fault('down', { ms: 300 })
  for (const n of [2, 3]) await page.publish('note', null, n)
  await page.has([1, 2, 3])
  expect(page.events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('a cursor that the server has dropped is a gap: the poll restarts and its keys are invalidated', async () => {
  const page = await openPoll()
  await page.publish('note', null, 1)
  await page.has([1])
  await page.fault('forget')
  await page.fault('kill')
  await waitFor(() => {
    expect(page.events).toContainEqual(
      expect.objectContaining({ kind: 'gap', cause: 'cursor-lost', keys: [['notes']] }),
    )
  })
  await isShown('open')
})

test.each(['html', 'text'])(
  'garbage of kind "%s" moves no cursor, writes nothing and is retried',
  async kind => {
    allowConsole(/could not be read/)
    const page = await openPoll({ holdTimeout: 350 }, '/long-poll?hold=100')
    await page.fault('garbage', { kind, count: 1 })
    await waitFor(() => expect(page.events.filter(event => event.kind === 'retry').length).toBeGreaterThan(0))
    await page.publish('note', null, 'after')
    await page.has(['after'])
  },
)

test('leaves no request behind when it is unmounted', async () => {
  const page = await openPoll()
  await waitFor(async () => expect(await page.openNow('longPoll')).toBe(1))
  page.view.unmount()
  await waitFor(async () => expect(await page.openNow('longPoll')).toBe(0))
})
