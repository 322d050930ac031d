/** What a page has open, and how often it parsed. */
export interface Watched {
  timers: Set<unknown>
  /** Listeners on window, document and open sockets, by target. */
  listeners: Map<EventTarget, Set<string>>
  /** All sockets ever created. */
  sockets: WebSocket[]
  /** Calls of `JSON.parse` and of a response's `json()`. */
  parses: number
}

const watched: Watched = { timers: new Set(), listeners: new Map(), sockets: [], parses: 0 }
Object.assign(globalThis, { watched })

const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis

Object.assign(globalThis, {
  setTimeout(task: () => void, delay?: number) {
    const timer = setTimeout(() => {
      watched.timers.delete(timer)
      task()
    }, delay)
    watched.timers.add(timer)
    return timer
  },
  clearTimeout(timer?: number) {
    watched.timers.delete(timer)
    clearTimeout(timer)
  },
  setInterval(task: () => void, delay?: number) {
    const timer = setInterval(task, delay)
    watched.timers.add(timer)
    return timer
  },
  clearInterval(timer?: number) {
    watched.timers.delete(timer)
    clearInterval(timer)
  },
})

const names = new WeakMap<object, number>()
let named = 0

function nameOf(listener: object): number {
  const name = names.get(listener) ?? ++named
  names.set(listener, name)
  return name
}

const isWatched = (target: EventTarget) =>
  target === window || target === document || target instanceof WebSocket

for (const [name, isAdded] of [
  ['addEventListener', true],
  ['removeEventListener', false],
] as const) {
  const original = EventTarget.prototype[name]
  EventTarget.prototype[name] = function (this: EventTarget | undefined, type: string, listener, options) {
    const target = this ?? window
    original.call(target, type, listener, options)
    if (listener === null || !isWatched(target)) return
    const all = watched.listeners.get(target) ?? new Set()
    watched.listeners.set(target, all)
    const key = `${type} ${nameOf(listener)} ${typeof options === 'object' ? options.capture === true : options === true}`
    if (isAdded) all.add(key)
    else all.delete(key)
  }
}

const NativeWebSocket = globalThis.WebSocket
globalThis.WebSocket = class extends NativeWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    watched.sockets.push(this)
  }
}

const { parse } = JSON
JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]) => {
  watched.parses++
  return parse(text, reviver) as unknown
}
const { json } = Response.prototype
Response.prototype.json = function (this: Response) {
  watched.parses++
  return json.call(this)
}
