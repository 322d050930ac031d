import { rowsOnScreen } from '../page/cells.tsx'
import { cellText } from '../page/Meter.ts'
import { openStream } from '../page/openStream.ts'
import { shown } from '../page/shown.ts'
import { startPage } from '../page/startPage.ts'
import { newestRow, symbolOf, type Price, type Row, type Task } from '../protocol.ts'
import { readPrices, readRows } from './frames.ts'

/** The least that any library must do: parse, keep, and set `textContent` once per frame for each changed cell. */
startPage((container, task) => {
  const receive = task.kind === 'rows' ? showRows(container, task) : showPrices(container, task)
  for (const url of task.urls) openStream(url, task.transport, receive)
})

function showPrices(container: HTMLElement, { keys }: Task) {
  const cells = new Map<string, HTMLElement>()
  for (let index = 0; index < keys; index++) cells.set(symbolOf(index), addCell(container, symbolOf(index)))
  const prices = new Map<string, Price>()
  const changed = new Set<string>()
  const draw = () => {
    for (const symbol of changed)
      (cells.get(symbol) as HTMLElement).textContent = cellText(prices.get(symbol) as Price)
    changed.clear()
  }
  return (data: string) => {
    for (const { params, response } of readPrices(data)) {
      if (changed.size === 0) requestAnimationFrame(draw)
      prices.set(params.symbol, response)
      changed.add(params.symbol)
    }
  }
}

function showRows(container: HTMLElement, { cap }: Task) {
  const length = container.appendChild(document.createElement('p'))
  const cells = Array.from({ length: rowsOnScreen }, (_, index) =>
    addCell(container, index === 0 ? newestRow : undefined),
  )
  const rows: Row[] = []
  let isPlanned = false
  const draw = () => {
    isPlanned = false
    rows.splice(0, rows.length - cap)
    length.textContent = String(rows.length)
    cells.forEach((cell, index) => {
      const row = rows.at(-1 - index)
      if (row) cell.textContent = cellText(row)
    })
  }
  shown.rows = rows
  return (data: string) => {
    for (const { response } of readRows(data)) rows.push(response)
    if (!isPlanned) requestAnimationFrame(draw)
    isPlanned = true
  }
}

function addCell(container: HTMLElement, name?: string): HTMLElement {
  const cell = document.createElement('b')
  cell.className = 'cell'
  if (name !== undefined) cell.dataset['name'] = name
  return container.appendChild(cell)
}
