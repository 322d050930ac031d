import type { Updater } from '../../src/cache/updater.ts'
import { append, remove, upsert } from '../../src/cache/updaters.ts'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { LiveQueries } from '../../src/cache/liveQueries.ts'
import type { MessageRules, UserRules } from '../../src/cache/messageRules.ts'
import type { Recovery } from '../../src/core/streamPosition.ts'
import { ConnectionHarness } from '../support/connectionHarness.ts'
import { anything } from '../support/schemas.ts'
import type { Entity, Journal, Row } from './modelServer.ts'

type Cursor = { epoch: number; seq: number }

/** What a connection of the model updates. */
export const SOURCES = [
  { queryKey: ['entity'] },
  { queryKey: ['rows'] },
  { queryKey: ['notes'] },
  { queryKey: ['journal'], position: ({ epoch, seq }: Journal) => ({ epoch, seq }) },
]

const addLine =
  (line: number): Updater<Journal> =>
  journal =>
    journal && { ...journal, lines: [...journal.lines, line] }

/** What a page does with the model server's messages. */
export const RULES = {
  messages: {
    entity: { response: anything, version: ({ version }: Entity) => version },
    quote: anything,
  },
  on: {
    'row.changed': ({ response }, cache) =>
      cache.setQueryData(['rows'], upsert(response as Row, { by: 'id' })),
    'row.removed': ({ response }, cache) => cache.setQueryData(['rows'], remove<Row>(response, { by: 'id' })),
    note: ({ response }, cache) => cache.setQueryData(['notes'], append(response as Row, { by: 'id' })),
    line: ({ response }, cache) => cache.setQueryData(['journal'], addLine(response as number)),
  },
} satisfies UserRules

/** One life of a connection with its liveQueries, from mount to unmount. */
export class ModelSession {
  readonly harness: ConnectionHarness
  readonly liveQueries: LiveQueries
  /** What it sent to the server when it last opened. */
  cursor: Cursor | undefined

  constructor(rules: MessageRules, createLiveQueries: (harness: ConnectionHarness) => LiveQueries) {
    const recovery: Recovery = {
      cursor: ({ epoch, seq, type, response }) => {
        if (type === 'welcome') return response as Cursor
        return seq === undefined ? undefined : { epoch, seq }
      },
      attach: (request, cursor) => {
        this.cursor = cursor as Cursor
        return request
      },
      resumed: message =>
        message.type === 'welcome' ? (message as never as { resumed: boolean }).resumed : undefined,
    }
    this.harness = new ConnectionHarness({ recovery, maxMessageBytes: 100_000 })
    rules.apply([RULES])
    const liveQueries = createLiveQueries(this.harness)
    liveQueries.configure({ liveQueries: SOURCES, maxQueries: 10_000 })
    this.liveQueries = liveQueries
    const { clock, sink } = this.harness
    sink.onMessage = createDispatch({ rules, liveQueries, clock, report: () => undefined })
    sink.onGap = () => void liveQueries.invalidateAll()
    sink.resumePosition = () => liveQueries.resumePosition()
    sink.onOpen = () => liveQueries.onOpen()
    sink.onPositionKnown = since => liveQueries.onPositionKnown(since)
  }

  end(): void {
    this.harness.connection.dispose()
    this.liveQueries.end()
  }
}
