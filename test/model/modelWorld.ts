import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { createDispatch } from '../../src/cache/dispatch.ts'
import { Feed } from '../../src/cache/feed.ts'
import { MessageTable } from '../../src/cache/messageTable.ts'
import { append, remove, upsert } from '../../src/cache/updaters.ts'
import { Writer } from '../../src/cache/writer.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import { type Change, ModelServer, type Row } from './modelServer.ts'

export const KEYS = [['entity', { k: 0 }], ['entity', { k: 1 }], ['rows'], ['notes']] as const

type Cursor = { epoch: number; seq: number }

/** One fetch under way: looked up at the server at some time, and answered at a later one. */
interface PendingFetch {
  key: readonly unknown[]
  found?: { data: unknown }
  resolve(data: unknown): void
  reject(error: Error): void
}

const any = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
} as const

/** A page with the real cache, writer and connection, between a model of a server and a network that a test plays. */
export class ModelWorld {
  readonly server = new ModelServer()
  readonly client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  readonly harness: ConnectionHarness
  /** Sent by the server over the open link, not yet there. */
  wire: unknown[] = []
  readonly fetches: PendingFetch[] = []
  readonly #frames: (() => void)[] = []
  readonly #watched = new Map<number, () => void>()
  #cursor: Cursor | undefined
  #isLinked = false

  constructor() {
    // What was there before the page came, and what no push will tell.
    this.server.change({ type: 'entity', params: { k: 1 }, response: 7 })
    this.server.change({ type: 'row.changed', params: null, response: { id: 'old', n: 7 } })
    this.server.change({ type: 'note', params: null, response: { id: 'old', n: 7 } })
    const recovery: Recovery = {
      cursor: ({ epoch, seq, type, response }) => {
        if (type === 'welcome') return response as Cursor
        return seq === undefined ? undefined : { epoch, seq }
      },
      attach: (request, cursor) => {
        this.#cursor = cursor as Cursor
        return request
      },
      resumed: message =>
        message.type === 'welcome' ? (message as never as { resumed: boolean }).resumed : undefined,
    }
    this.harness = new ConnectionHarness({ recovery, maxMessageBytes: 100_000 })
    const writer = new Writer({
      client: () => this.client,
      scheduleFrame: callback => void this.#frames.push(callback),
      batch: call => call(),
      guard: call => call(),
    })
    const table = new MessageTable()
    const feed = new Feed(() => this.client, writer, {
      owns: key => table.owns(key),
      feeds: () => [['rows'], ['notes']],
    })
    table.set(this, {
      messages: { entity: any },
      on: {
        'row.changed': ({ response }, cache) =>
          cache.setQueryData(['rows'], upsert(response as Row, { by: 'id' })),
        'row.removed': ({ response }, cache) =>
          cache.setQueryData(['rows'], remove<Row>(response, { by: 'id' })),
        note: ({ response }, cache) => cache.setQueryData(['notes'], append(response as Row, { by: 'id' })),
      },
    })
    const dispatch = createDispatch({ table, feed, report: () => undefined })
    this.harness.deliver = message => dispatch(message, false)
    this.harness.connection.setup.gap = () => void feed.invalidateAll()
  }

  change(change: Change): void {
    const entry = this.server.change(change)
    if (this.#isLinked) this.wire.push(entry)
  }

  /** A message gets lost on a link that stays. */
  lose(): void {
    this.wire.shift()
  }

  /** The last message comes twice. */
  duplicate(): void {
    const last = this.wire.at(-1)
    if (last !== undefined) this.wire.push(last)
  }

  async deliver(count = 1): Promise<void> {
    for (const message of this.wire.splice(0, count)) this.harness.receive(message)
    await settle()
  }

  async drop(): Promise<void> {
    if (!this.#isLinked) return
    this.#isLinked = false
    this.wire = []
    this.harness.transport.last.sink.failed({ kind: 'network' })
    await settle()
  }

  /** Lets the next attempt come, and opens it: the server resumes where it can. */
  async link(): Promise<void> {
    if (this.#isLinked) return
    this.harness.connection.start()
    await settle()
    while (this.harness.transport.running.length === 0) {
      this.harness.clock.advance(500)
      await settle()
    }
    this.#isLinked = true
    const missed = this.server.since(this.#cursor)
    this.harness.transport.last.sink.opened({ resumed: false })
    const welcome = {
      type: 'welcome',
      params: null,
      response: this.server.head,
      resumed: missed !== undefined,
    }
    this.wire = [welcome, ...(missed ?? [])]
    await this.deliver(1)
  }

  watch(index: number): void {
    const queryKey = KEYS[index]
    if (this.#watched.has(index) || !queryKey) return
    const observer = new QueryObserver(this.client, { queryKey, queryFn: () => this.#ask(queryKey) })
    this.#watched.set(
      index,
      observer.subscribe(() => undefined),
    )
  }

  unwatch(index: number): void {
    this.#watched.get(index)?.()
    this.#watched.delete(index)
  }

  refetch(index: number): void {
    void this.client.refetchQueries({ queryKey: KEYS[index] ?? [] })
  }

  /** The server looks up what was asked; the answer is under way from then on. */
  lookUp(index: number): void {
    const fetch = this.fetches[index % Math.max(1, this.fetches.length)]
    if (fetch) fetch.found ??= { data: structuredClone(this.server.read(fetch.key)) }
  }

  async answer(index: number): Promise<void> {
    const fetch = this.#take(index)
    if (!fetch) return
    fetch.found ??= { data: structuredClone(this.server.read(fetch.key)) }
    fetch.resolve(fetch.found.data)
    await settle()
  }

  async fail(index: number): Promise<void> {
    this.#take(index)?.reject(new Error('down'))
    await settle()
  }

  frame(): void {
    for (const callback of this.#frames.splice(0)) callback()
  }

  /** Lets everything come to rest: a link that holds, nothing on the wire, nothing asked, somebody who looks at each key. */
  async rest(): Promise<void> {
    await this.link()
    // A message lost at the very end shows with the next one.
    this.change({ type: 'entity', params: { k: 0 }, response: 999 })
    for (const index of KEYS.keys()) this.watch(index)
    for (let round = 0; round < 12; round++) {
      await this.deliver(Infinity)
      this.harness.clock.advance(2_000)
      this.frame()
      await settle()
      while (this.fetches.length > 0) await this.answer(0)
    }
    // What failed, or was cancelled, shows that it is stale, and its reader asks again.
    for (const [index, key] of KEYS.entries()) {
      const state = this.client.getQueryState(key)
      if (state?.status !== 'success' || state.isInvalidated) this.refetch(index)
    }
    await settle()
    while (this.fetches.length > 0) await this.answer(0)
  }

  dispose(): void {
    for (const index of KEYS.keys()) this.unwatch(index)
    this.harness.connection.dispose()
    this.client.clear()
  }

  #ask(key: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.fetches.push({ key, resolve, reject })
    })
  }

  #take(index: number): PendingFetch | undefined {
    return this.fetches.splice(index % Math.max(1, this.fetches.length), 1)[0]
  }
}
