export type SiemErrorCode =
  | 'SIEM_CONNECT' // no name, no connection, or it broke
  | 'SIEM_TLS' // the handshake failed, or the certificate is not the one that was asked for
  | 'SIEM_UNCONFIRMED' // sent, but nothing says that the collector has it
  | 'SIEM_TIMEOUT'
  | 'SIEM_REFUSED' // the collector answered that it does not take it
  | 'SIEM_STOPPED'

export class SiemError extends Error {
  override readonly name = 'SiemError'
  readonly code: SiemErrorCode
  constructor(code: SiemErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
