/** A caller of this folder asked for a message that cannot be written. Bytes from a peer never cause one. */
export class SipError extends Error {
  override readonly name = 'SipError'
  readonly code: 'SIP_HEADER_NAME' | 'SIP_START_LINE' | 'SIP_DIGEST_ALGORITHM'
  constructor(code: SipError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
