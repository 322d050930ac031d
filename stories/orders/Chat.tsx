import { useMutation } from '@tanstack/react-query'
import { type SubmitEvent, useMemo } from 'react'
import { useMessage, useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { formatTime } from '../parts/format.ts'
import { type ChatMessage, ordersSocket } from './orders.ts'

/** A chat over the socket of the orders, with the last 50 messages. */
export function Chat({ author }: { readonly author: string }) {
  const demo = useDemo()
  const socket = useMemo(() => ordersSocket(demo.url('/socket')), [demo])
  const { request } = useSocket(socket)
  const { data } = useMessage('chat')
  const messages = (data ?? []) as readonly ChatMessage[]
  const send = useMutation({
    mutationFn: (text: string) => request({ type: 'chat.send', params: { author, text } }),
  })

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const text = new FormData(form).get('text')
    if (typeof text === 'string') send.mutate(text, { onSuccess: () => form.reset() })
  }

  return (
    <Card title="Chat">
      <div className="log" role="region" aria-label="Messages" tabIndex={0}>
        {messages.length === 0 && <p className="quiet">No messages yet.</p>}
        <ol>
          {messages.map(({ id, author: who, text, at }) => (
            <li key={id}>
              <time className="figures quiet">{formatTime(at)}</time>
              <span className="log-source">{who}</span>
              <span>{text}</span>
            </li>
          ))}
        </ol>
      </div>
      <form className="orders-form" onSubmit={submit}>
        <label className="field">
          Message
          <input name="text" required maxLength={200} autoComplete="off" />
        </label>
        <Button type="submit" disabled={send.isPending}>
          Send
        </Button>
      </form>
      {send.error && (
        <p role="alert" className="orders-error">
          <strong>{send.error.name}</strong>: {send.error.message}
        </p>
      )}
    </Card>
  )
}
