/** A mistake of the caller's; what strangers send never raises it. */
export class SrtpError extends Error {
  override readonly name = 'SrtpError'
  readonly code: 'SRTP_KEY_LENGTH' | 'SRTP_MKI' | 'SRTP_INDEX_REUSED' | 'SRTP_PACKET' | 'SRTP_OUT_TOO_SMALL'
  constructor(code: SrtpError['code'], message: string) {
    super(message)
    this.code = code
  }
}
