import { type ReactNode, useState } from 'react'
import { useMessage, useServerEvents, useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { Columns } from '../parts/Columns.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { StatusLight } from '../parts/StatusLight.tsx'

const quiet = { welcome: () => undefined, price: () => undefined }

export function Notices() {
  return (
    <Columns min="24rem">
      <OverSocket />
      <OverServerEvents />
      <Notice title="First reader" />
      <Notice title="Second reader" />
    </Columns>
  )
}

/** Mounting is enough: it needs no prop, context or handler of the connection. */
function Notice({ title }: { title: string }) {
  const { data } = useMessage('notice')
  return (
    <Card title={title}>
      <p data-notice>{typeof data === 'string' ? data : 'No notice yet'}</p>
    </Card>
  )
}

function OverSocket() {
  const demo = useDemo()
  const { status, nextRetryAt, retryCount, error } = useSocket({
    url: demo.url('/socket', { channel: `${demo.channel}-a` }),
    on: quiet,
  })
  const light = <StatusLight {...{ status, nextRetryAt, retryCount, error }} />
  return <Publisher title="Over the socket" channel={`${demo.channel}-a`} light={light} />
}

function OverServerEvents() {
  const demo = useDemo()
  const { status, nextRetryAt, retryCount, error } = useServerEvents({
    url: demo.url('/events', { channel: `${demo.channel}-b` }),
    on: quiet,
  })
  const light = <StatusLight {...{ status, nextRetryAt, retryCount, error }} />
  return <Publisher title="As a server-sent event" channel={`${demo.channel}-b`} light={light} />
}

interface PublisherProps {
  title: string
  channel: string
  light: ReactNode
}

function Publisher({ title, channel, light }: PublisherProps) {
  const demo = useDemo()
  const [text, setText] = useState(title)
  const publish = () =>
    fetch(demo.url('/publish', { channel }), {
      method: 'POST',
      body: JSON.stringify({ type: 'notice', response: text }),
    })
  return (
    <Card title={title} aside={light}>
      <form
        className="form"
        onSubmit={event => {
          event.preventDefault()
          void publish()
        }}
      >
        <label className="field">
          Notice
          <input value={text} onChange={event => setText(event.target.value)} />
        </label>
        <Button type="submit" look="primary">
          Publish
        </Button>
      </form>
    </Card>
  )
}
