import { useRequest, useWebSocket } from 'ahooks'
import { PollView } from '../page/cells.tsx'
import { startReactPage } from '../page/startReactPage.tsx'
import { fetchRows } from './fetchRows.ts'
import { storeComponents, type UseStream } from './storeComponents.tsx'

const useStream: UseStream = ({ url }, receive) => {
  useWebSocket(url, { onMessage: ({ data }: MessageEvent<string>) => receive(data) })
}

function Poll({ url, interval }: { url: string; interval: number }) {
  const { data } = useRequest(() => fetchRows(url), { pollingInterval: interval })
  return <PollView rows={data} />
}

startReactPage({ ...storeComponents(useStream), Poll })
