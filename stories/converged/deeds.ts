/** A new order. */
export interface Creation {
  readonly do: 'create'
  readonly id: string
  readonly item: string
  readonly quantity: number
}

/** What is done to the server, to the links or to both caches. */
export type Deed =
  | Creation
  | { readonly do: 'change'; readonly id: string; readonly quantity: number }
  | { readonly do: 'cancel'; readonly id: string }
  | { readonly do: 'remove'; readonly id: string }
  /** Both caches ask again; the server reads at once and answers that much later (ms). */
  | { readonly do: 'refetch'; readonly what: 'orders' | 'changes' | 'both'; readonly respondAfter: number }
  /** Both sockets break. */
  | { readonly do: 'drop' }
  /** Waits until both sockets are open again; what follows is later by that time. */
  | { readonly do: 'rejoin' }
  /** Both sockets stay, and every other message is lost for that long (ms). */
  | { readonly do: 'lose'; readonly ms: number }
  /** The server forgets its log: no one can resume where he was. */
  | { readonly do: 'forget' }
