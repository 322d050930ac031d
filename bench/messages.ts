import {
  newestRow,
  symbolOf,
  type Finals,
  type Plan,
  type PriceMessage,
  type RowMessage,
} from './protocol.ts'

/** A number below 2³² that looks random but is the same for the same `n`. */
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

/** Message `n` of a plan, stamped with the time. All contenders get the same messages. */
export function messageOf({ kind, keys, isResumable }: Plan, n: number): PriceMessage | RowMessage {
  const at = Math.round(now() * 100) / 100
  if (kind === 'rows')
    return { type: 'row', response: { n, at, text: textOf(n) }, ...(isResumable && { seq: n }) }
  const price = { n, at, last: (scramble(n) % 10_000) / 100, volume: n % 1_000 }
  return { type: 'price', params: { symbol: symbolOf(keyOf(n, keys)) }, response: price }
}

/** A frame with one message, or with several as an array. */
export const frameOf = (messages: readonly (PriceMessage | RowMessage)[]): string =>
  JSON.stringify(messages.length === 1 ? messages[0] : messages)

/** What the cells show when all messages of a plan have arrived. */
export function finalsOf(plan: Plan): Finals {
  const end = plan.first + plan.messages
  if (plan.kind === 'rows') return { [newestRow]: end - 1 }
  const finals: Finals = {}
  for (let n = plan.first; n < end; n++) finals[symbolOf(keyOf(n, plan.keys))] = n
  return finals
}
