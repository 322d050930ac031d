import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { AnswerView, GeneratedText } from '../../docs/code/streamsThatEnd.tsx'
import { openPage } from './support.tsx'

const patient = { timeout: 20_000, interval: 20 }
const shows = (text: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), patient)
const countAborts = async () => Number(await (await fetch('/chat/aborts')).text())

test('a chat answer arrives whole, and its end is no failure', async () => {
  const page = await openPage()
  page.render(<AnswerView question={{ id: 'a', prompt: 'three two one' }} />)
  await shows('one two three')
  await waitFor(() => expect(screen.queryByRole('button')).toBeNull(), patient)
  const statuses = page.events.flatMap(event => (event.kind === 'status' ? [event.status] : []))
  expect(statuses).not.toContain('failed')
  expect(statuses).not.toContain('reconnecting')
})

test('close() aborts a chat answer: the server sees that the page is gone', async () => {
  const page = await openPage()
  const before = await countAborts()
  page.render(<AnswerView question={{ id: 'b', prompt: 'forever' }} />)
  await shows('forever')
  expect(await countAborts()).toBe(before)
  fireEvent.click(screen.getByRole('button', { name: 'Stop' }))
  await waitFor(async () => expect(await countAborts()).toBe(before + 1), patient)
  await screen.findByRole('button', { name: 'Ask again' })
  await shows('forever')
})

test('a stream of lines arrives whole, and is closed by its last line', async () => {
  const page = await openPage()
  const { container } = page.render(<GeneratedText prompt="☃ ü 𝄞" />)
  await waitFor(() => expect(container.textContent).toBe('𝄞 ü ☃'), patient)
  await waitFor(() => expect(container.querySelector('p')?.dataset['status']).toBe('closed'), patient)
})
