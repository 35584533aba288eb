export class SoftphoneError extends Error {
  override readonly name = 'SoftphoneError'
  readonly code: 'SOFTPHONE_CONNECT' | 'SOFTPHONE_PORTS' | 'SOFTPHONE_OPTIONS'
  constructor(code: SoftphoneError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
