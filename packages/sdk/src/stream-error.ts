/** A stream could not do what it was asked to. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly code: 'STREAM_ENDED' | 'STREAM_UNSUPPORTED'
  constructor(code: StreamError['code'], message: string) {
    super(message)
    this.code = code
  }
}
