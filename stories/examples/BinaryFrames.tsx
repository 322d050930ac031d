import { skipToken, useQuery } from '@tanstack/react-query'
import { append, useSocket } from 'react-query-realtime'
import { z } from 'zod'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'

interface Frame {
  kind: string
  bytes: number
}

function describe(data: unknown): Frame {
  if (data instanceof Blob) return { kind: 'Blob', bytes: data.size }
  if (data instanceof ArrayBuffer) return { kind: 'ArrayBuffer', bytes: data.byteLength }
  return { kind: typeof data, bytes: 0 }
}

export function BinaryFrames({ binaryType, bytes }: { binaryType: 'arraybuffer' | 'blob'; bytes: number }) {
  const url = useDemo().url('/socket')
  const { status, nextRetryAt, retryCount, error, send } = useSocket({
    url,
    binaryType, // survives every reconnect
    messages: { ...marketMessages, message: z.unknown() },
    recovery: marketRecovery,
    on: {
      // A frame that is not JSON arrives as the response of a message with the type 'message'.
      message: ({ response }, cache) =>
        cache.setQueryData(['frames'], append(describe(response), { max: 8 })),
    },
  })
  const { data: frames = [] } = useQuery<readonly Frame[]>({ queryKey: ['frames'], queryFn: skipToken })

  return (
    <Card title="Binary frames" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <div className="buttons">
        <Button look="primary" onClick={() => send({ type: 'binary', params: { bytes } })}>
          Request {bytes} bytes
        </Button>
        <Button onClick={() => send(new Uint8Array(bytes))}>Send {bytes} bytes to echo</Button>
      </div>
      <ol className="notes" aria-label="Frames">
        {frames.map(({ kind, bytes: size }, index) => (
          <li key={index} data-frame={kind}>
            {kind}, {size} bytes
          </li>
        ))}
      </ol>
    </Card>
  )
}
