import { useQueryClient } from '@tanstack/react-query'
import { type Message, useSocket } from 'react-query-realtime'
import { useEffect } from 'react'
import { resuming } from '../../support/resuming.ts'

/** What became of one stream: how many messages in a row, and how many that were not the next one. */
export interface Tally {
  inOrder: number
  others: number
}

const none: Tally = { inOrder: 0, others: 0 }

/** One numbered stream each, counted where it is received and where it is written. */
export function Streams({ urls }: { urls: readonly string[] }) {
  const client = useQueryClient()
  useEffect(() => {
    window.page.tallies = () =>
      urls.map(url => ({
        heard: heard.get(url) ?? none,
        written: client.getQueryData<Tally>(['stream', url]) ?? none,
      }))
  })
  return urls.map(url => <Stream key={url} url={url} />)
}

const heard = new Map<string, Tally>()

function Stream({ url }: { url: string }) {
  const { status } = useSocket({
    url,
    recovery: resuming,
    onMessage: message => {
      if (message.type === 'note') heard.set(url, count(heard.get(url), message))
    },
    on: {
      note: (message, cache) =>
        cache.setQueryData(['stream', url], (tally: Tally | undefined) => count(tally, message)),
    },
  })
  useEffect(() => {
    window.page.statuses[url] = status
  })
  return null
}

function count({ inOrder, others }: Tally = none, { response }: Message): Tally {
  return response === inOrder ? { inOrder: inOrder + 1, others } : { inOrder, others: others + 1 }
}
