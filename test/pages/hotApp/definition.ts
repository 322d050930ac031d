import { socketOptions } from 'react-query-realtime'

export const definition = socketOptions({ url: '/socket?channel=hot' })
