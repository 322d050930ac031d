import { type Message, messageKey, serverEventsOptions } from 'react-query-realtime'

interface Chunk {
  choices: { delta: { content?: string } }[]
}

export const answerTo = (question: string) =>
  serverEventsOptions({
    url: '/v1/chat/completions',
    method: 'POST',
    body: { model: 'gpt-5', stream: true, messages: [{ role: 'user', content: question }] },
    parse: data =>
      data === '[DONE]'
        ? { type: 'done' }
        : {
            type: 'answer',
            params: { question },
            response: (JSON.parse(String(data)) as Chunk).choices[0]?.delta.content,
          },
    isLast: ({ type }) => type === 'done',
    on: {
      answer: ({ params, response = '' }: Message<string, unknown, string | undefined>, cache) =>
        cache.setQueryData<string>(messageKey('answer', params), (text = '') => text + response),
      done: () => undefined,
    },
  })
