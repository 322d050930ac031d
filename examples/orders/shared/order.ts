import { z } from 'zod'

/** What the server and the page agree on. */
export const orderSchema = z.object({
  id: z.number(),
  item: z.string(),
  quantity: z.number(),
  status: z.enum(['new', 'packed', 'shipped']),
  createdAt: z.iso.datetime(),
})
export type Order = z.infer<typeof orderSchema>

export const orderPageSchema = z.object({
  orders: z.array(orderSchema),
  page: z.number(),
  pageCount: z.number(),
})
export type OrderPage = z.infer<typeof orderPageSchema>

export const newOrderSchema = z.object({
  item: z.string().trim().min(1).max(40),
  quantity: z.number().int().min(1).max(100),
})
export type NewOrder = z.infer<typeof newOrderSchema>
