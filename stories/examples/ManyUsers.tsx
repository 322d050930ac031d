import { useState } from 'react'
import { useRealtime, useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { StatusIcon } from '../parts/StatusIcon.tsx'
import { useServerView } from '../parts/useServerView.ts'

export function ManyUsers({ components }: { components: number }) {
  const [isShown, setShown] = useState(true)
  const users = useRealtime().connections.reduce((sum, connection) => sum + connection.users, 0)
  const view = useServerView()
  return (
    <Card title={`${components} components, one URL`}>
      <div className="dots" aria-hidden="true">
        {isShown && Array.from({ length: components }, (_, index) => <Dot key={index} />)}
      </div>
      <Figures
        of={{
          'Mounted components': users,
          'Open sockets': view?.clients.find(({ transport }) => transport === 'socket')?.open ?? 0,
          'Sockets opened so far': view?.opened.socket,
        }}
      />
      <div className="buttons">
        <Button onClick={() => setShown(!isShown)}>{isShown ? 'Unmount all' : 'Mount all'}</Button>
      </div>
    </Card>
  )
}

/** Every dot passes its own options object with the same content. */
function Dot() {
  const url = useDemo().url('/socket')
  const { status } = useSocket({ url, messages: marketMessages, recovery: marketRecovery })
  return (
    <span className="status" data-status={status}>
      <StatusIcon status={status} />
    </span>
  )
}
