import type { Server } from 'node:http'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { AnswerView, ChatPage, chatReconnect, GeneratedText } from '../../../docs/code/streamsThatEnd.tsx'
import { createChatServer } from '../../../docs/code/streamsThatEndServer.ts'
import { countRequests, openPage, QUICK } from './openPage.tsx'

const patient = { timeout: 10_000 }
const shows = (text: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), patient)
const pass = () => new Promise(resolve => setTimeout(resolve, 400))

/** Counts the responses that the client gave up. */
function countAborts(server: Server) {
  const aborts = { count: 0 }
  server.on('request', (_request, response) =>
    response.on('close', () => {
      if (!response.writableFinished) aborts.count++
    }),
  )
  return aborts
}

test('a question is answered, and sent once under StrictMode', async () => {
  const server = createChatServer(50)
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(<ChatPage />)
  fireEvent.change(screen.getByLabelText('Question'), { target: { value: 'me tell' } })
  fireEvent.click(screen.getByRole('button', { name: 'Ask' }))
  await shows('tell me')
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull(), patient)
  await pass()
  expect(requests).toEqual(['POST /chat/completions'])
  expect(screen.queryByRole('button', { name: 'Ask again' })).toBeNull()
})

test('two equal questions are two requests with two answers', async () => {
  const server = createChatServer(20)
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(['1', '2'].map(id => <AnswerView key={id} question={{ id, prompt: 'hi' }} />))
  await waitFor(() => {
    expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toEqual(['hi', 'hi'])
  }, patient)
  expect(requests).toHaveLength(2)
})

test('an answer is shown before it is complete; Stop aborts it and keeps the text; Ask again starts anew', async () => {
  const server = createChatServer(50)
  const requests = countRequests(server)
  const aborts = countAborts(server)
  const page = await openPage(server)
  page.render(<AnswerView question={{ id: '1', prompt: 'forever' }} />)
  await shows('forever')
  expect(screen.getByRole('status').getAttribute('aria-busy')).toBe('true')
  fireEvent.click(screen.getByRole('button', { name: 'Stop' }))
  await waitFor(() => expect(aborts.count).toBe(1), patient)
  await shows('forever')
  fireEvent.click(await screen.findByRole('button', { name: 'Ask again' }))
  await shows('')
  await waitFor(() => expect(requests).toHaveLength(2), patient)
  await shows('forever')
})

test('unmounting aborts the request', async () => {
  const server = createChatServer(20)
  const aborts = countAborts(server)
  const page = await openPage(server)
  const view = page.render(<AnswerView question={{ id: '1', prompt: 'forever' }} />)
  await shows('forever')
  view.unmount()
  await waitFor(() => expect(aborts.count).toBe(1), patient)
})

test('an answer that breaks off is an error, and is not requested again until the user does so', async () => {
  const server = createChatServer(20)
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(<AnswerView question={{ id: '1', prompt: 'break' }} />)
  await screen.findByRole('alert', undefined, patient)
  await shows('break')
  await pass()
  expect(requests).toHaveLength(1)
  fireEvent.click(screen.getByRole('button', { name: 'Ask again' }))
  await waitFor(() => expect(screen.queryByRole('button')).toBeNull(), patient)
  await shows('break')
  expect(screen.queryByRole('alert')).toBeNull()
  expect(requests).toHaveLength(2)
})

test('a complete answer is shown from the cache when it is mounted again', async () => {
  const server = createChatServer(20)
  const requests = countRequests(server)
  const page = await openPage(server)
  const question = { id: '1', prompt: 'hi' }
  const view = page.render(<AnswerView question={question} />)
  await waitFor(() => expect(screen.queryByRole('button')).toBeNull(), patient)
  view.unmount()
  await pass()
  page.render(<AnswerView question={question} />)
  await shows('hi')
  await pass()
  expect(requests).toHaveLength(1)
})

test('a refusal whose body names an empty account is final, by the decide of the guide', async () => {
  const server = createChatServer()
  const requests = countRequests(server)
  const page = await openPage(server, { reconnect: { ...QUICK, ...chatReconnect } })
  page.render(<AnswerView question={{ id: '1', prompt: 'broke' }} />)
  expect((await screen.findByRole('alert', undefined, patient)).textContent).toMatch(/429/)
  expect(requests).toHaveLength(1)
})

test('a text that is streamed by lines arrives whole, and is requested once', async () => {
  const server = createChatServer(20)
  const requests = countRequests(server)
  const page = await openPage(server)
  const { container } = page.render(<GeneratedText prompt="three two one" />)
  await waitFor(() => expect(container.textContent).toBe('one two three'), patient)
  await waitFor(() => expect(container.querySelector('p')?.dataset['status']).toBe('closed'), patient)
  await pass()
  expect(requests).toEqual(['POST /generate'])
})
