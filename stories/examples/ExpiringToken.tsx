import { useQuery } from '@tanstack/react-query'
import {
  tokenInFirstMessage,
  tokenInProtocol,
  tokenInQuery,
  useSocket,
  type AttachToken,
} from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { PriceTable } from '../parts/PriceTable.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'

const WAYS = {
  query: tokenInQuery(),
  protocol: tokenInProtocol(),
  'first message': tokenInFirstMessage(token => JSON.stringify({ type: 'authenticate', params: { token } })),
} satisfies Record<string, AttachToken>

export interface ExpiringTokenProps {
  /** How the token reaches the server. */
  attach: keyof typeof WAYS
  /** Lifetime of a token (ms). */
  ttl: number
}

export function ExpiringToken({ attach, ttl }: ExpiringTokenProps) {
  const demo = useDemo()
  const { status, nextRetryAt, retryCount, error } = useSocket({
    url: demo.url('/socket', { snapshot: 1, auth: 'required' }),
    id: `with a token in the ${attach}`,
    protocols: attach === 'protocol' ? ['demo'] : undefined,
    messages: marketMessages,
    recovery: marketRecovery,
    // Called for each attempt, and again when the server closes with 4401.
    getToken: async () => (await demo.post<{ token: string }>('/token', { ttl })).token,
    attachToken: WAYS[attach],
  })
  const { data: tokens } = useQuery({
    queryKey: ['tokens'],
    queryFn: () => demo.get<{ issued: number; refused: number }>('/tokens'),
    refetchInterval: 1_000,
  })

  return (
    <Card
      title="Prices that need a token"
      aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}
    >
      <PriceTable />
      <Figures of={{ 'Tokens issued': tokens?.issued, 'Tokens refused': tokens?.refused }} />
    </Card>
  )
}
