import type { WebSocketConstructor } from '../../src/core/socketTransport.ts'
import { type Change, type Entry, ModelServer } from './modelServer.ts'

/** As large as this, three frames are more than a worker keeps. */
const LARGE = 3 * 1_048_576

/** A frame: its text, and the size that it claims. */
export interface Frame {
  size: number
  text: string
}

/** The server's log, and its sockets: what was sent on one waits in its wire. */
export class TabsServer extends ModelServer {
  readonly sockets = new Set<ModelSocket>()

  /** The class of the sockets of the worker, or of one tab that connects directly. */
  socketClass(owner: unknown): WebSocketConstructor {
    const create = (url: string) => new ModelSocket(this, owner, url)
    return function (url: string) {
      return create(url)
    } as unknown as WebSocketConstructor
  }

  publish(change: Change, isLarge = false): void {
    const entry = this.change(change)
    for (const socket of this.sockets) if (socket.isOpen) socket.write(entry, isLarge)
  }

  accept(): void {
    for (const socket of this.sockets) if (!socket.isOpen) socket.open()
  }

  deliver(count: number): void {
    for (const socket of this.sockets) socket.deliver(count)
  }

  drop(): void {
    for (const socket of [...this.sockets]) socket.end(1006)
  }

  /** One message of an open socket gets lost. */
  lose(): void {
    for (const socket of this.sockets) socket.lose()
  }

  endSocketsOf(owner: unknown): void {
    for (const socket of [...this.sockets]) if (socket.owner === owner) this.sockets.delete(socket)
  }
}

type Listener = (event: unknown) => void

/** A socket as pages see it, with the server's end of it. */
export class ModelSocket {
  binaryType = 'blob'
  isOpen = false
  readonly owner: unknown
  readonly #server: TabsServer
  readonly #url: string
  readonly #listeners = new Map<string, Listener>()
  #wire: Frame[] = []
  /** The newest position, as the welcome named it. */
  #named = 0

  constructor(server: TabsServer, owner: unknown, url: string) {
    this.#server = server
    this.owner = owner
    this.#url = url
    server.sockets.add(this)
  }

  get readyState(): number {
    return this.isOpen ? 1 : 0
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener)
  }

  send(): void {
    throw new Error('Nothing is sent.')
  }

  close(): void {
    this.#server.sockets.delete(this)
    this.#listeners.clear()
  }

  end(code: number): void {
    const close = this.#listeners.get('close')
    this.close()
    close?.({ code })
  }

  /** The server resumes if it can. */
  open(): void {
    this.isOpen = true
    const cursor = new URL(this.#url).searchParams.get('cursor')
    const known = cursor === null ? undefined : (JSON.parse(cursor) as { epoch: number; seq: number })
    const missed = this.#server.since(known)
    const { head } = this.#server
    this.#named = head.seq
    this.#push({ type: 'welcome', params: null, response: head, resumed: missed !== undefined })
    for (const entry of missed ?? []) this.#push(entry)
    this.#listeners.get('open')?.({})
  }

  write(entry: Entry, isLarge: boolean): void {
    this.#push(entry, isLarge ? LARGE : undefined)
  }

  deliver(count: number): void {
    for (const data of this.#wire.splice(0, count)) this.#listeners.get('message')?.({ data })
  }

  /** Not the message that the welcome names: for all a page knows, the welcome itself may have that number. */
  lose(): void {
    const at = this.#wire.findIndex(({ text }) => {
      const { seq } = JSON.parse(text) as Partial<Entry>
      return seq !== undefined && seq !== this.#named
    })
    if (at >= 0) this.#wire.splice(at, 1)
  }

  #push(message: object, size = 100): void {
    this.#wire.push({ size, text: JSON.stringify(message) })
  }
}
