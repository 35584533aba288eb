export type AlertErrorCode = 'ALERT_RULE_INVALID' | 'ALERT_NOT_DELIVERED' // the receiver did not take the message

export class AlertError extends Error {
  override readonly name = 'AlertError'
  readonly code: AlertErrorCode
  constructor(code: AlertErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
