import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render } from '@testing-library/react'
import { startTransition, StrictMode, Suspense, useState } from 'react'
import {
  RealtimeProvider,
  socketOptions,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'
import { vi } from 'vitest'

interface Frame {
  type: string
  params: string
  subscribe?: boolean
}

/** The step in which fake time passes (ms). React renders after each. */
const TICK = 100

/** A server in memory whose replies take as long as a run says. It notes what it should not get. */
class ModelServer {
  /** Which keys were asked for since the last page that wanted them came, as `sub BTC` or `req BTC`. */
  readonly asked: string[] = []
  readonly values = new Map<string, number>()
  readonly sockets = new Set<ModelSocket>()
  readonly mistakes: string[] = []
  readonly #silent: (() => void)[] = []
  #delays: number[]

  constructor(delays: number[]) {
    this.#delays = delays
  }

  receive(socket: ModelSocket, { type, params, subscribe }: Frame): void {
    const key = `${type} ${params}`
    if (subscribe === false) return void socket.held.delete(key)
    if (socket.held.has(key)) this.mistakes.push(`${key} was subscribed twice`)
    if (subscribe) socket.held.add(key)
    this.asked.push(key)
    const delay = this.#delays.shift() ?? 0
    this.#delays.push(delay)
    const reply = () => (!subscribe || socket.held.has(key)) && this.#tell(socket, key)
    if (delay < Infinity) setTimeout(reply, delay)
    else this.#silent.push(reply)
  }

  /** Replies to what it has not replied to. */
  catchUp(): void {
    for (const reply of this.#silent.splice(0)) reply()
    this.#delays = [0]
  }

  push(key: string): void {
    this.values.set(key, this.value(key) + 1)
    for (const socket of this.sockets)
      if (key.startsWith('req') || socket.held.has(key)) this.#tell(socket, key)
  }

  value(key: string): number {
    return this.values.get(key) ?? 0
  }

  #tell(socket: ModelSocket, key: string): void {
    const [type, params] = key.split(' ')
    socket.receive({ type, params, response: this.value(key) })
  }
}

/** The client's end of a socket to the model server. */
class ModelSocket extends EventTarget {
  static server: ModelServer
  readonly held = new Set<string>()
  readonly #server = ModelSocket.server
  readyState = 0
  binaryType = 'blob'

  constructor() {
    super()
    this.#server.sockets.add(this)
    setTimeout(() => {
      if (this.readyState !== 0) return
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
    }, 20)
  }

  send(data: unknown): void {
    const frame = JSON.parse(String(data)) as Frame
    setTimeout(() => this.readyState === 1 && this.#server.receive(this, frame), 5)
  }

  close(): void {
    if (this.readyState > 1) return
    this.readyState = 3
    this.#server.sockets.delete(this)
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1000, reason: '', wasClean: true }))
  }

  receive(message: object): void {
    if (this.readyState === 1)
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }))
  }
}

const hooks = { sub: useSuspenseSubscription, req: useSuspenseSocketQuery }
const market = socketOptions({ url: 'ws://127.0.0.1/' })

function Price({ name }: { name: string }) {
  const [type = '', params] = name.split(' ')
  // The type of a slot never changes.
  const { data } = hooks[type as 'sub' | 'req'](market, { type, params, timeout: 1e8 })
  return <p>{`${name}: ${String(data)}`}</p>
}

/**
 * A page with slots that each show one price or nothing, and a model server. Two of the slots wait for each other. Time is
 * fake.
 */
export class SuspenseWorld {
  readonly server: ModelServer
  readonly queryClient = new QueryClient()
  readonly #view
  /** Which key each slot wants. */
  readonly #wanted: (string | null)[] = [null, null, null]
  readonly #setters: ((key: string | null) => void)[] = []

  constructor(delays: number[]) {
    this.server = new ModelServer(delays)
    ModelSocket.server = this.server
    const setters = this.#setters
    function Slot({ index }: { index: number }) {
      const [key, setKey] = useState<string | null>(null)
      setters[index] = setKey
      return key && <Price name={key} />
    }
    this.#view = render(
      <StrictMode>
        <QueryClientProvider client={this.queryClient}>
          <RealtimeProvider closeDelay={300} webSocket={ModelSocket as never}>
            <Suspense fallback="…">
              <Slot index={0} />
              <Slot index={1} />
            </Suspense>
            <Suspense fallback="…">
              <Slot index={2} />
            </Suspense>
          </RealtimeProvider>
        </QueryClientProvider>
      </StrictMode>,
    )
  }

  /** A slot shows another key, at once or in a transition. */
  show(slot: number, symbol: string | null, isTransition: boolean): void {
    const key = symbol && `${slot === 2 ? 'req' : 'sub'} ${symbol}`
    const before = this.#present()
    this.#wanted[slot] = key
    const set = () => this.#setters[slot]?.(key)
    act(() => (isTransition ? startTransition(set) : set()))
    // A key that nothing wanted may be asked for once.
    for (const key of this.#present()) if (!before.has(key)) this.#allow(key)
  }

  push(key: string): void {
    this.server.push(key)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += TICK) {
      await act(() => vi.advanceTimersByTimeAsync(TICK))
      const { asked, mistakes } = this.server
      for (const key of new Set(asked))
        if (asked.filter(other => other === key).length > 1) mistakes.push(`${key} was asked for twice`)
    }
  }

  /** What is on screen, and what should be. */
  get shown(): string[] {
    return [...this.#view.container.querySelectorAll('p')].map(({ textContent }) => textContent)
  }

  get expected(): string[] {
    return this.#wanted.flatMap(key => (key ? [`${key}: ${this.server.value(key)}`] : []))
  }

  dispose(): void {
    this.#view.unmount()
    this.queryClient.clear()
  }

  /** Keys that are wanted or still on screen. */
  #present(): Set<string> {
    const onScreen = this.shown.map(text => text.split(':')[0] ?? '')
    return new Set([...this.#wanted.flatMap(key => key ?? []), ...onScreen])
  }

  #allow(key: string): void {
    const { asked } = this.server
    for (let index = asked.indexOf(key); index >= 0; index = asked.indexOf(key)) asked.splice(index, 1)
  }
}
