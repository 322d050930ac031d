/** What a side is given. */
export interface SideProps {
  /** Of the socket that brings the prices. */
  readonly url: string
  readonly symbols: readonly string[]
  /** Counts a message. */
  readonly onMessage: () => void
}
