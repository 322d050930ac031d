import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useSocket } from 'react-query-realtime'
import { z } from 'zod'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'

export function Echo({ timeout }: { timeout: number }) {
  const url = useDemo().url('/socket')
  const [text, setText] = useState('Hello')
  const { status, nextRetryAt, retryCount, error, request } = useSocket({
    url,
    messages: { ...marketMessages, echo: { params: z.string(), response: z.string() } },
    recovery: marketRecovery,
  })
  // Queued while the socket is not open. The reply has the same type and params.
  const echo = useMutation({
    mutationFn: (params: string) => request({ type: 'echo', params }, { timeout }),
    networkMode: 'always',
  })

  return (
    <Card title="Request and reply" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <form
        className="form"
        onSubmit={event => {
          event.preventDefault()
          echo.mutate(text)
        }}
      >
        <label className="field">
          Text
          <input value={text} onChange={event => setText(event.target.value)} />
        </label>
        <Button type="submit" look="primary">
          Send request
        </Button>
      </form>
      <p role="status">
        {echo.isIdle && 'No request sent yet.'}
        {echo.isPending && 'Waiting for the reply…'}
        {echo.isSuccess && `The server replied: ${echo.data}`}
        {echo.isError && echo.error.message}
      </p>
    </Card>
  )
}
