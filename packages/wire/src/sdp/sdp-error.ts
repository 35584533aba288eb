/** A caller of this folder asked for a description that cannot be written. A peer's text never causes one. */
export class SdpError extends Error {
  override readonly name = 'SdpError'
  readonly code: 'SDP_KEY_LENGTH' | 'SDP_NOTHING_TO_OFFER'
  constructor(code: SdpError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
