import { append, socketOptions, upsert } from 'react-query-realtime'
import { z } from 'zod'
import { marketRecovery } from '../parts/market.ts'

export const orderSchema = z.object({
  id: z.string(),
  item: z.string(),
  quantity: z.number(),
  status: z.enum(['open', 'cancelled']),
  version: z.number(),
})
export type Order = z.infer<typeof orderSchema>

const chatSchema = z.object({ id: z.string(), author: z.string(), text: z.string(), at: z.number() })
export type ChatMessage = z.infer<typeof chatSchema>

const orderId = z.object({ id: z.string() })

/** The socket of orders and chat. Its handlers update the cache here, once, instead of in components. */
export const ordersSocket = (url: string) =>
  socketOptions({
    url,
    recovery: marketRecovery,
    messages: {
      orders: z.array(orderSchema),
      'order.create': {
        params: orderSchema.pick({ id: true, item: true, quantity: true }),
        response: orderSchema,
      },
      'order.cancel': { params: orderId, response: orderSchema },
      'order.changed': { params: orderId, response: orderSchema },
      'chat.send': {
        params: z.object({ author: z.string(), text: z.string() }),
        response: z.object({ id: z.string() }),
      },
      'chat.message': chatSchema,
    },
    on: {
      'order.changed': ({ response }, cache) => {
        cache.setQueryData(['orders'], upsert(response, { by: 'id' }))
      },
      'chat.message': ({ response }, cache) => {
        cache.setQueryData(['chat'], append(response, { by: 'id', max: 50 }))
      },
    },
  })
