import {
  newestRow,
  symbolOf,
  type Finals,
  type Plan,
  type PriceMessage,
  type RowMessage,
} from './protocol.ts'

/** A number below 2³² that looks random and is the same for the same `n`. */
function scramble(n: number): number {
  let value = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** The index of the symbol that message `n` is about. */
export const keyOf = (n: number, keys: number): number => scramble(n) % keys

/** The text of row `n`. */
export const textOf = (n: number): string => `row ${scramble(n)}`

export const now = (): number => performance.timeOrigin + performance.now()

/** Message `n` of a plan, stamped with the time. All contenders get the same ones. */
export function messageOf({ kind, keys }: Plan, n: number): PriceMessage | RowMessage {
  const at = Math.round(now() * 100) / 100
  if (kind === 'rows') return { type: 'row', response: { n, at, text: textOf(n) } }
  const symbol = symbolOf(keyOf(n, keys))
  return {
    type: 'price',
    params: { symbol },
    response: { n, at, last: (scramble(n) % 10_000) / 100, volume: n % 1_000 },
  }
}

/** Frame by frame what a plan sends from message `from` to before `to`. */
export function framesOf(plan: Plan, from: number, to: number): string[] {
  const frames: string[] = []
  for (let n = from; n < to; n += plan.perFrame) {
    const end = Math.min(n + plan.perFrame, to)
    const messages = Array.from({ length: end - n }, (_, index) => messageOf(plan, n + index))
    frames.push(JSON.stringify(plan.perFrame === 1 ? messages[0] : messages))
  }
  return frames
}

/** What the cells show when all messages of a plan have arrived. */
export function finalsOf(plan: Plan): Finals {
  const end = plan.first + plan.messages
  if (plan.kind === 'rows') return { [newestRow]: end - 1 }
  const finals: Finals = {}
  for (let n = plan.first; n < end; n++) finals[symbolOf(keyOf(n, plan.keys))] = n
  return finals
}
