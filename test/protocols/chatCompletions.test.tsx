import { type RealtimeOptions, useMessage, useServerEvents } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { answerTo } from './clients/chatCompletions.ts'
import { startChatCompletions } from './servers/startChatCompletions.ts'
import { mountClient, shown, until } from './support.tsx'

function Answer({ question }: { question: string }) {
  const { status, error } = useServerEvents(answerTo(question))
  const { data } = useMessage('answer', { question })
  return <p aria-label={question}>{`${String(data ?? '')}|${error?.name ?? status}`}</p>
}

const both = [<Answer key="who" question="Who?" />, <Answer key="why" question="Why?" />]

async function open(options: RealtimeOptions = {}) {
  const server = await startChatCompletions()
  const view = mountClient(both, { baseUrl: server.http, getToken: () => 'sk-secret', ...options })
  return { ...server, ...view }
}

const isAsked = ({ answers }: { answers: Map<string, unknown> }) => until(() => expect(answers.size).toBe(2))

test('two answers stream side by side, each closed by its [DONE], and neither is requested again', async () => {
  const { answers, questions, write, finish } = await open()
  await isAsked({ answers })
  for (const word of ['You', ' are', ' you']) write('Who?', word)
  write('Why?', 'Because')
  await until(() => expect(shown('Who?', 'Why?')).toEqual(['You are you|open', 'Because|open']))
  finish('Who?')
  await until(() => expect(shown('Who?', 'Why?')).toEqual(['You are you|closed', 'Because|open']))
  finish('Why?')
  await until(() => expect(shown('Who?', 'Why?')).toEqual(['You are you|closed', 'Because|closed']))
  expect(questions).toHaveLength(2)
})

test('a component that is gone aborts its answer only', async () => {
  const { answers, write, rerender } = await open()
  await isAsked({ answers })
  write('Who?', 'You')
  await until(() => expect(shown('Who?')).toEqual(['You|open']))
  rerender(both.slice(1))
  await until(() => expect([...answers.keys()]).toEqual(['Why?']))
})

test('an answer that ends without [DONE] has failed, and is not requested again', async () => {
  const { answers, questions, write, cutOff } = await open()
  await isAsked({ answers })
  write('Who?', 'You')
  await until(() => expect(shown('Who?')).toEqual(['You|open']))
  cutOff('Who?')
  await until(() => expect(shown('Who?')).toEqual(['You|ConnectionFailedError']))
  expect(questions).toHaveLength(2)
})

test('an answer that a lost network cuts off has failed, and is not requested again', async () => {
  const { answers, questions, write, dropConnections } = await open()
  await isAsked({ answers })
  write('Who?', 'You')
  await until(() => expect(shown('Who?')).toEqual(['You|open']))
  dropConnections()
  await until(() => expect(shown('Who?')).toEqual(['You|ConnectionFailedError']))
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(shown('Who?')).toEqual(['You|ConnectionFailedError'])
  expect(questions).toHaveLength(2)
})

test('a refused key is fetched again once', async () => {
  const { answers, questions } = await open({
    getToken: ({ reason }) => (reason === 'refused' ? 'sk-secret' : 'sk-old'),
  })
  await isAsked({ answers })
  expect(questions).toHaveLength(2)
})

test('a key that is refused twice ends the answer', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('Who?')).toEqual(['|UnauthorizedError']))
})
