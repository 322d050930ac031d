import { screen, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  cursorInQuery,
  type RealtimeOptions,
  type Recovery,
  type SocketOptions,
  type SocketResult,
  useSocket,
} from 'react-query-realtime'
import { expect } from 'vitest'
import type { Rule } from './faultProxy/rules.ts'
import type { FaultProxy } from './faultProxy/startFaultProxy.ts'
import { setUpFaults } from './setUpFaults.tsx'

export const patient = { timeout: 10_000 }

interface FaultySocketSetup {
  path?: string
  provider?: RealtimeOptions
  /** Rules that are on before the first attempt. */
  rules?: Rule[]
  /** What happens to the proxy before that. */
  before?: (proxy: FaultProxy) => Promise<void>
}

/** How the demo server resumes a socket. */
export const resuming: Recovery = {
  cursor: ({ type, response, epoch, seq }) => {
    if (type === 'welcome') return response as { epoch: string; seq: number }
    return seq === undefined ? undefined : { epoch, seq }
  },
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}

/** A page with one socket that goes through a fault proxy, and what it has heard and gone through. */
export function setUpFaultySocket() {
  const open = setUpFaults()

  return async function openSocket(
    options: Partial<SocketOptions> = {},
    { path = '/socket', provider = {}, rules = [], before }: FaultySocketSetup = {},
  ) {
    const page = await open(provider)
    for (const rule of rules) page.proxy.add(rule)
    await before?.(page.proxy)
    const notes: unknown[] = []
    let socket!: SocketResult
    const all: SocketOptions = {
      url: page.at(path),
      onMessage: ({ type, response }) => type === 'note' && notes.push(response),
      ...options,
    }
    function Light() {
      const given = useSocket(all)
      const { status, error, retryCount } = given
      useEffect(() => {
        socket = given
      })
      return (
        <i role="status" title={`${error?.name ?? ''} ${retryCount}`}>
          {status}
        </i>
      )
    }
    const shows = (status: string) =>
      waitFor(() => expect(screen.getByRole('status').textContent).toBe(status), patient)
    const eventsOf = <Kind extends (typeof page.events)[number]['kind']>(kind: Kind) =>
      page.events.filter((event): event is Extract<typeof event, { kind: Kind }> => event.kind === kind)
    return {
      ...page,
      notes,
      Light,
      view: page.render(<Light />),
      socket: () => socket,
      shows,
      eventsOf,
      /** The words that `status` has gone through. */
      statuses: () => eventsOf('status').map(({ status }) => status),
      hears: (...expected: unknown[]) => waitFor(() => expect(notes).toEqual(expected), patient),
      note: (response: unknown) => page.publish('note', null, response),
    }
  }
}
