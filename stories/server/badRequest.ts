/** Input that the server cannot use. Becomes HTTP 400 with `message`, or an error reply on a socket. */
export class BadRequest extends Error {
  override name = 'BadRequest' as const
  readonly code: string

  constructor(message: string, code = 'bad-request') {
    super(message)
    this.code = code
  }
}
