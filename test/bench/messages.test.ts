import { describe, expect, it } from 'vitest'
import { finalsOf, frameOf, messageOf } from '../../bench/messages.ts'
import type { Plan, PriceMessage } from '../../bench/protocol.ts'

const plan: Plan = {
  kind: 'prices',
  messages: 500,
  first: 100,
  keys: 20,
  connections: 1,
  perFrame: 1,
  rate: null,
  isResumable: false,
}

const prices = Array.from({ length: 500 }, (_, index) => messageOf(plan, 100 + index) as PriceMessage)

describe('the messages of a plan', () => {
  it('are the same for every contender, except for the time', () => {
    const again = messageOf(plan, 100) as PriceMessage
    expect({ ...again.response, at: 0 }).toEqual({ ...prices[0]?.response, at: 0 })
  })

  it('reach every key', () => {
    expect(new Set(prices.map(({ params }) => params.symbol)).size).toBe(20)
  })

  it('end with the messages that the cells must show', () => {
    const last: Record<string, number> = {}
    for (const { params, response } of prices) last[params.symbol] = response.n
    expect(finalsOf(plan)).toEqual(last)
  })

  it('end with the newest row, for a list', () => {
    expect(finalsOf({ ...plan, kind: 'rows' })).toEqual({ newest: 599 })
  })

  it('carry their position only if the stream can be resumed', () => {
    expect(messageOf({ ...plan, kind: 'rows' }, 7)).not.toHaveProperty('seq')
    expect(messageOf({ ...plan, kind: 'rows', isResumable: true }, 7)).toHaveProperty('seq', 7)
  })

  it('are sent alone in a frame, or several as an array', () => {
    const [one, two] = prices as [PriceMessage, PriceMessage]
    expect(JSON.parse(frameOf([one]))).toEqual(one)
    expect(JSON.parse(frameOf([one, two]))).toEqual([one, two])
  })
})
