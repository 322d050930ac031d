import type { SubmitEvent } from 'react'
import { Button } from '../parts/Button.tsx'
import { useDemo } from '../parts/DemoContext.ts'

interface MessageFormProps {
  readonly isPending: boolean
  readonly onPost: (message: { room: string; text: string }) => Promise<unknown>
}

/** A form for a new message, and a button with which another client posts one. */
export function MessageForm({ isPending, onPost }: MessageFormProps) {
  const demo = useDemo()

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const { room, text } = Object.fromEntries(new FormData(form)) as { room: string; text: string }
    onPost({ room, text }).then(
      () => form.reset(),
      // The mutation shows it.
      () => undefined,
    )
  }

  return (
    <form className="form" onSubmit={submit}>
      <label className="field chat-room">
        Room
        <select name="room">
          <option value="general">general</option>
          <option value="random">random</option>
        </select>
      </label>
      <label className="field">
        Message
        <input name="text" required maxLength={200} autoComplete="off" />
      </label>
      <Button type="submit" look="primary" disabled={isPending}>
        Send
      </Button>
      <Button
        onClick={() =>
          void demo.post('/messages', { room: 'general', author: 'Ben', text: 'Hello from Ben' })
        }
      >
        Ben posts in general
      </Button>
    </form>
  )
}
