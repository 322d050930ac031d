import { socketOptions, type SocketResult } from 'react-query-realtime'
import { z } from 'zod'
import { orderSchema } from '../orders/orders.ts'

const orderId = z.object({ id: z.string() })

const messages = {
  welcome: z.unknown(),
  orders: z.array(orderSchema),
  'order.create': {
    params: orderSchema.pick({ id: true, item: true, quantity: true }),
    response: orderSchema,
  },
  'order.change': { params: orderId.extend({ quantity: z.number() }), response: orderSchema },
  'order.cancel': { params: orderId, response: orderSchema },
  'order.remove': { params: orderId, response: orderId },
  'order.changed': { params: orderId, response: orderSchema },
  'order.removed': { params: orderId, response: orderId },
}

/** The socket that changes and reads the orders during a run. No fault affects it. */
export const driverSocket = (url: string) =>
  socketOptions({ url, messages, heartbeat: false, on: { welcome: () => undefined } })

/** Sends a request over that socket. */
export type SendRequest = SocketResult<typeof messages>['request']
