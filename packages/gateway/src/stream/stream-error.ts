/** Never reaches a caller: it makes the TLS handshake fail, which the stream then ends with. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly code: 'STREAM_PIN_MISMATCH'
  constructor(code: StreamError['code'], message: string) {
    super(message)
    this.code = code
  }
}
