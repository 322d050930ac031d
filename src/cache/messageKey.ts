import type { DataTag } from '@tanstack/react-query'
import { messageKey as toKey } from '../core/envelope.ts'
import type { MessageType, ParamsOf, ResponseOf } from './messageTypes.ts'

/** A query key that carries the type of its data. */
export type TaggedKey<Key, Data> = unknown extends Data ? Key : DataTag<Key, Data>

/** The key `[type]`. If params are declared, it is only the prefix of the keys that hold data. */
export type MessageTypeKey<Type extends string> =
  undefined extends ParamsOf<Type> ? TaggedKey<readonly [Type], ResponseOf<Type>> : readonly [Type]

/** The key `[type, params]`. */
export type MessageKey<Type extends string> = TaggedKey<
  undefined extends ParamsOf<Type>
    ? readonly [Type] | readonly [Type, ParamsOf<Type>]
    : readonly [Type, ParamsOf<Type>],
  ResponseOf<Type>
>

/**
 * The key of a message in the query cache: `[type, params]`, or `[type]` without params. It carries the type of its data
 * if `Register` declares it.
 *
 * ```ts
 * const price = queryClient.getQueryData(messageKey('price', { symbol: 'BTC' }))
 * ```
 */
export function messageKey<const Type extends MessageType>(type: Type): MessageTypeKey<Type>
export function messageKey<const Type extends MessageType>(
  type: Type,
  params: ParamsOf<Type>,
): MessageKey<Type>
export function messageKey(type: string, params?: unknown): readonly unknown[] {
  return toKey(type, params)
}
