/** Props of a side. */
export interface SideProps {
  /** URL of the socket. */
  readonly url: string
  readonly symbols: readonly string[]
  /** Counts a message. */
  readonly onMessage: () => void
}
