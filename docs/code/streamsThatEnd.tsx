// #region answer
import { skipToken, useQuery } from '@tanstack/react-query'
import { patch, useServerEvents } from 'react-query-realtime'

export interface Question {
  id: string
  prompt: string
}

interface Answer {
  text: string
  isDone: boolean
}

interface Chunk {
  choices: { delta: { role?: string; content?: string } }[]
}

/** Translates one event of the server. */
function readEvent(data: unknown) {
  if (data === '[DONE]') return { type: 'done', response: null }
  const { choices } = JSON.parse(String(data)) as Chunk
  const { role, content } = choices[0]?.delta ?? {}
  return role ? { type: 'start', response: null } : { type: 'text', response: content ?? '' }
}

export function useAnswer({ id, prompt }: Question) {
  const queryKey = ['answer', { id }]
  const { data: answer } = useQuery<Answer>({ queryKey, queryFn: skipToken })
  const stream = useServerEvents({
    url: '/chat/completions',
    id,
    method: 'POST',
    body: { messages: [{ role: 'user', content: prompt }], stream: true },
    enabled: !answer?.isDone,
    parse: readEvent,
    isLast: ({ type }) => type === 'done',
    on: {
      start: (_message, cache) => cache.setQueryData(queryKey, { text: '', isDone: false }),
      text: ({ response }, cache) =>
        cache.setQueryData<Answer>(queryKey, answer => ({
          text: `${answer?.text ?? ''}${String(response)}`,
          isDone: false,
        })),
      done: (_message, cache) => cache.setQueryData(queryKey, patch({ isDone: true })),
    },
  })
  return { answer, stream }
}
// #endregion answer

// #region view
export function AnswerView({ question }: { question: Question }) {
  const { answer, stream } = useAnswer(question)
  const { status, error, close, reconnect } = stream
  const isRunning = !answer?.isDone && status !== 'closed' && status !== 'failed'
  return (
    <section>
      <p role="status" aria-busy={isRunning}>
        {answer?.text ?? ''}
      </p>
      {isRunning && <button onClick={close}>Stop</button>}
      {status === 'failed' && <p role="alert">{error?.message}</p>}
      {(status === 'closed' || status === 'failed') && !answer?.isDone && (
        <button onClick={reconnect}>Ask again</button>
      )}
    </section>
  )
}
// #endregion view

// #region page
import { useState } from 'react'

export function ChatPage() {
  const [questions, setQuestions] = useState<Question[]>([])
  const [prompt, setPrompt] = useState('')
  return (
    <main>
      {questions.map(question => (
        <AnswerView key={question.id} question={question} />
      ))}
      <form
        onSubmit={event => {
          event.preventDefault()
          setQuestions([...questions, { id: crypto.randomUUID(), prompt }])
          setPrompt('')
        }}
      >
        <input aria-label="Question" value={prompt} onChange={event => setPrompt(event.target.value)} />
        <button>Ask</button>
      </form>
    </main>
  )
}
// #endregion page

// #region errors
import type { ReconnectOptions } from 'react-query-realtime'

export const chatReconnect: ReconnectOptions = {
  // The first part of an answer may take a while.
  connectTimeout: 60_000,
  decide: failure => {
    // A 429 is retried, but not if it says that the account is empty.
    if (failure.kind === 'status' && failure.body?.includes('insufficient_quota')) return 'stop'
    return undefined
  },
}
// #endregion errors

// #region lines
interface Line {
  response: string
  done: boolean
}

export function GeneratedText({ prompt }: { prompt: string }) {
  const queryKey = ['generated', { prompt }]
  const { data: text = '' } = useQuery<string>({ queryKey, queryFn: skipToken })
  const { status } = useServerEvents({
    url: '/generate',
    method: 'POST',
    body: { prompt },
    framing: 'lines',
    parse: line => {
      const { response, done } = JSON.parse(String(line)) as Line
      return { type: done ? 'done' : 'text', response }
    },
    isLast: ({ type }) => type === 'done',
    on: {
      text: ({ response }, cache) =>
        cache.setQueryData<string>(queryKey, (text = '') => `${text}${String(response)}`),
      done: () => {},
    },
  })
  return <p data-status={status}>{text}</p>
}
// #endregion lines
