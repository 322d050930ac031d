import type { SkipToken } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import { type ConnectionResult, type Message, type RealtimeOptions } from 'react-query-realtime'
import { expect } from 'vitest'
import type { Rule } from './faultProxy/rules.ts'
import type { FaultProxy } from './faultProxy/startFaultProxy.ts'
import { setUpFaults } from './setUpFaults.tsx'

export const patient = { timeout: 15_000 }

interface FaultySetup {
  path?: string
  provider?: RealtimeOptions
  /** Rules that are on before the first attempt. */
  rules?: Rule[]
  /** What happens to the proxy, and on the server, before that. */
  before?: (page: {
    proxy: FaultProxy
    publish: (type: string, params: unknown, response: unknown) => Promise<unknown>
  }) => unknown
}

/** Pages with one connection each through a fault proxy, and a record of what it received and its statuses. */
export function setUpFaultyConnection<Options extends object, Result extends ConnectionResult>(
  useTransport: (options: Options | SkipToken) => Result,
  defaultPath: string,
) {
  const open = setUpFaults()

  return async function openConnection(
    options: Partial<Options> = {},
    { path = defaultPath, provider = {}, rules = [], before }: FaultySetup = {},
  ) {
    const page = await open(provider)
    for (const rule of rules) page.proxy.add(rule)
    await before?.(page)
    const notes: unknown[] = []
    let result!: Result
    const all = {
      url: page.at(path),
      onMessage: ({ type, response }: Message) => type === 'note' && notes.push(response),
      ...options,
    } as unknown as Options
    function Light() {
      const given = useTransport(all)
      const { status, error, retryCount, pausedBy } = given
      useEffect(() => {
        result = given
      })
      return (
        <i role="status" title={[error?.name, retryCount, ...pausedBy].join(' ')}>
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
      result: () => result,
      shows,
      eventsOf,
      /** The words that `status` has gone through. */
      statuses: () => eventsOf('status').map(({ status }) => status),
      hears: (...expected: unknown[]) => waitFor(() => expect(notes).toEqual(expected), patient),
      note: (response: unknown) => page.publish('note', null, response),
    }
  }
}
