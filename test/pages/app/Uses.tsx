import { type Message, useLongPoll, usePolling, useServerEvents, useSocket } from 'react-query-realtime'
import { type ComponentType, useEffect } from 'react'
import { resuming } from '../../support/resuming.ts'
import type { Use } from './pageUnderTest.ts'

/** All uses, each by its hook; they write into `window.page` what they see. */
export function Uses({ uses }: { uses: readonly Use[] }) {
  return uses.map((use, index) => {
    const TransportName = TRANSPORTS[use.transport]
    return (
      <TransportName key={`${use.url} ${index}`} use={use} name={uses.length > 1 ? use.transport : 'it'} />
    )
  })
}

interface TransportProps {
  use: Use
  name: string
}

const TRANSPORTS: Record<Use['transport'], ComponentType<TransportProps>> = {
  socket: SocketUse,
  events: EventsUse,
  longPoll: LongPollUse,
  poll: PollUse,
}

function SocketUse({ use, name }: TransportProps) {
  const { status } = useSocket(optionsOf(use, name))
  return <Status name={name} status={status} />
}

function EventsUse({ use, name }: TransportProps) {
  const { status } = useServerEvents(optionsOf(use, name))
  return <Status name={name} status={status} />
}

function LongPollUse({ use, name }: TransportProps) {
  const { status } = useLongPoll(optionsOf(use, name))
  return <Status name={name} status={status} />
}

function PollUse({ use, name }: TransportProps) {
  const { data, isPolling } = usePolling({ url: use.url, interval: 200, ...use.options })
  useEffect(() => {
    window.page.notes[name] = [data]
  })
  return <Status name={name} status={String(isPolling)} />
}

function Status({ name, status }: { name: string; status: string }) {
  useEffect(() => {
    window.page.statuses[name] = status
  })
  return <p>{`${name}: ${status}`}</p>
}

function optionsOf({ url, resumes, options }: Use, name: string) {
  return {
    url,
    onMessage: ({ type, response }: Message) => {
      if (type === 'note') (window.page.notes[name] ??= []).push(response)
    },
    ...(resumes && { recovery: resuming }),
    ...options,
  }
}
