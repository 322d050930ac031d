/** A new order. */
export interface Creation {
  readonly do: 'create'
  readonly id: string
  readonly item: string
  readonly quantity: number
}

/** An action on the server, the connections or both caches. */
export type Deed =
  | Creation
  | { readonly do: 'change'; readonly id: string; readonly quantity: number }
  | { readonly do: 'cancel'; readonly id: string }
  | { readonly do: 'remove'; readonly id: string }
  /** Both caches refetch. The server reads at once and responds after this delay (ms). */
  | { readonly do: 'refetch'; readonly what: 'orders' | 'changes' | 'both'; readonly respondAfter: number }
  /** Both sockets drop. */
  | { readonly do: 'drop' }
  /** Waits until both sockets are open again, and shifts the following steps. */
  | { readonly do: 'rejoin' }
  /** Both sockets stay open but lose every other message for this long (ms). */
  | { readonly do: 'lose'; readonly ms: number }
  /** The server forgets its log, so clients cannot resume. */
  | { readonly do: 'forget' }
