// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { renderPlot } from '../../bench/growth/renderPlot.ts'

const svg = renderPlot({
  title: 'keys & <rows>',
  unit: 'µs',
  series: [
    {
      title: 'ours',
      colour: '#d00',
      points: [
        [10, 20],
        [100, 20],
        [1_000, 200],
      ],
    },
    { title: 'theirs', colour: '#00d', points: [[10, 40]] },
  ],
})
const plot = new DOMParser().parseFromString(svg, 'image/svg+xml')
const numbersOf = (selector: string, name: string) =>
  [...plot.querySelectorAll(selector)].map(element => Number(element.getAttribute(name)))

describe('renderPlot', () => {
  it('has a dot for each point', () => {
    expect(plot.querySelectorAll('circle')).toHaveLength(4)
  })

  it('is logarithmic on both axes', () => {
    const [first = 0, second = 0, third = 0, other = 0] = numbersOf('circle', 'cx')
    expect(second - first).toBeCloseTo(third - second, 0)
    expect(other).toBe(first)
    const [low = 0, same = 0, high = 0, double = 0] = numbersOf('circle', 'cy')
    expect(same).toBe(low)
    expect((low - high) / (low - double)).toBeCloseTo(Math.log(10) / Math.log(2), 1)
  })

  it('labels the axes and the lines, whatever their names contain', () => {
    const texts = [...plot.querySelectorAll('text')].map(({ textContent }) => textContent)
    expect(texts).toEqual(expect.arrayContaining(['keys & <rows>', 'µs', 'ours', 'theirs', '1,000']))
  })
})
