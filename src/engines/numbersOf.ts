import type { Cursor, Message } from '../core/envelope.ts'

/** The numbers of the publisher, which reveal what an engine skips. */
export function numbersOf({ epoch, seq }: Message): Exclude<Cursor, string> | undefined {
  return seq === undefined ? undefined : { epoch, seq }
}
