import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import { append, type GapCause, useLongPoll } from 'react-query-realtime'
import { durableStreams } from 'react-query-realtime/engines'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { renderLive } from './pollingSetup.tsx'

interface Rows {
  rows: number[]
  seq: number
}
interface Response {
  next: string
  /** Numbers of messages. */
  messages: number[]
}

/** Opens a page after its data, up to message 5, was fetched. The stream gives these responses, and then holds the poll. */
async function openPage(responses: readonly Response[]) {
  const offsets: (string | null)[] = []
  let fetches = 0
  const { url } = await startServer((response, { url: path }) => {
    if (path === '/rows') {
      fetches += 1
      return response.end(JSON.stringify({ rows: [5], seq: 5 }))
    }
    const next = responses[offsets.length]
    offsets.push(new URL(path!, 'http://stream').searchParams.get('offset'))
    if (!next) return
    response.writeHead(200, { 'content-type': 'application/json', 'stream-next-offset': next.next })
    response.end(JSON.stringify(next.messages.map(seq => ({ type: 'row', response: seq, epoch: 'e', seq }))))
  })
  const gaps: GapCause[] = []
  function Stream() {
    useLongPoll({
      url: '/stream?offset=now&live=long-poll',
      ...durableStreams.longPoll(),
      liveQueries: [{ queryKey: ['rows'], position: ({ seq }: Rows) => ({ epoch: 'e', seq }) }],
      on: {
        row: ({ response }, cache) =>
          cache.setQueryData(['rows'], append(response as number, { list: 'rows' })),
      },
      onGap: ({ cause }) => void gaps.push(cause),
    })
    return null
  }
  function Page() {
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: async () => (await (await fetch(`${url}rows`)).json()) as Rows,
      staleTime: Infinity,
    })
    return data ? (
      <>
        <p>{data.rows.join(' ')}</p>
        <Stream />
      </>
    ) : null
  }
  renderLive(<Page />, { baseUrl: url, gapSpread: 1 })
  await waitFor(() => expect(offsets).toHaveLength(responses.length + 1))
  return { gaps, offsets, fetches: () => fetches }
}

/** A gap would have been reported. */
const settled = () => new Promise(resolve => setTimeout(resolve, 50))

describe('a long poll of Durable Streams', () => {
  test('has no gap at its first response: data with a position is compared by number', async () => {
    const { gaps, fetches } = await openPage([{ next: '60', messages: [6] }])
    await screen.findByText('5 6')
    await settled()
    expect([gaps, fetches()]).toEqual([[], 1])
  })

  test('has a gap if the first numbers after its data are missing', async () => {
    const { gaps } = await openPage([{ next: '80', messages: [8] }])
    await waitFor(() => expect(gaps).toEqual(['sequence']))
  })

  test('has no gap if a server names an offset before it has stored it', async () => {
    const { gaps, offsets, fetches } = await openPage([
      { next: '60', messages: [6] },
      { next: '50', messages: [] },
      { next: '60', messages: [6] },
      { next: '70', messages: [7] },
    ])
    await screen.findByText('5 6 7')
    expect(offsets).toEqual(['now', '60', '50', '60', '70'])
    await settled()
    expect([gaps, fetches()]).toEqual([[], 1])
  })

  test('has a gap if offsets stay before one that it has sent: the stream is a new one', async () => {
    const { gaps } = await openPage([
      { next: '60', messages: [6] },
      { next: '00', messages: [] },
      { next: '10', messages: [1] },
      { next: '20', messages: [2] },
    ])
    await waitFor(() => expect(gaps).toEqual(['refused']))
  })
})
