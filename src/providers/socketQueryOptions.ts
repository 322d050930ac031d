import type { QueryFunction, QueryKey, SkipToken, UseQueryOptions } from '@tanstack/react-query'
import type { ParamsMember, ParamsOf, ResponseOf, TaggedKey } from '../cache/messageTypes.ts'

/** A request over a socket. `params` are required if they are declared. */
export type SocketRequest<Type extends string, Schemas = object> = { type: Type } & ParamsMember<
  ParamsOf<Type, Schemas>
>

/** The options of `useQuery` that the key and the connection leave open. A message finds its query by the key alone. */
export type QueryOptions<Response, Data> = Omit<
  UseQueryOptions<Response, Error, Data>,
  'queryKey' | 'queryFn' | 'queryHash' | 'queryKeyHashFn'
>

/** Initial data, or a function that returns it. With it, `data` is never `undefined`. */
export interface InitialData<Data> {
  initialData: Exclude<Data, undefined> | (() => Exclude<Data, undefined>)
}

/**
 * The request of `useSocketQuery`, with any option of `useQuery`. `params` are required if they are declared;
 * pass `skipToken` instead to open no connection and send no request yet.
 */
export type SocketQueryOptions<Type extends string, Schemas = object, Data = ResponseOf<Type, Schemas>> = {
  type: Type
  /** How long to wait for the reply (ms). Default 10,000. */
  timeout?: number | undefined
} & ParamsMember<ParamsOf<Type, Schemas> | SkipToken> &
  QueryOptions<ResponseOf<Type, Schemas>, Data>

/** The options of `useSocketQuery` with `initialData`: there is always data. */
export type DefinedSocketQueryOptions<
  Type extends string,
  Schemas = object,
  Data = ResponseOf<Type, Schemas>,
> = SocketQueryOptions<Type, Schemas, Data> & InitialData<ResponseOf<Type, Schemas>>

/**
 * What `useSubscription` subscribes to, with any option of `useQuery`. `params` are required if they are declared; pass
 * `skipToken` instead to subscribe to nothing yet.
 */
export type SubscriptionOptions<Type extends string, Schemas = object, Data = ResponseOf<Type, Schemas>> = {
  type: Type
  /**
   * Prefixes of keys that this subscription keeps up to date, besides its own. With `recovery.perSubscription`, a gap of
   * this subscription invalidates them.
   */
  liveQueries?: readonly QueryKey[] | undefined
} & ParamsMember<ParamsOf<Type, Schemas> | SkipToken> &
  QueryOptions<ResponseOf<Type, Schemas>, Data>

/**
 * The options of a query over a connection, for `useQuery`, `prefetchQuery` and everything else that takes them. The key
 * carries the type of its data.
 */
export type ConnectionQueryOptions<
  Type extends string,
  Schemas = object,
  Data = ResponseOf<Type, Schemas>,
> = Omit<UseQueryOptions<ResponseOf<Type, Schemas>, Error, Data>, 'queryKey' | 'queryFn'> & {
  queryKey: TaggedKey<QueryKey, ResponseOf<Type, Schemas>>
  queryFn: QueryFunction<ResponseOf<Type, Schemas>>
}
