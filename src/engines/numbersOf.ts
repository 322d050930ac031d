import type { Cursor, Message } from '../core/envelope.ts'

/** The publisher's numbers. They reveal messages that an engine skipped. */
export function numbersOf({ epoch, seq }: Message): Exclude<Cursor, string> | undefined {
  return seq === undefined ? undefined : { epoch, seq }
}
