export type PaymentErrorCode =
  | 'PAYMENT_REFUSED' // the tenant may not pay through this provider, or there is none of that name
  | 'PAYMENT_INVALID' // an amount, a currency or a card that is none
  | 'PAYMENT_CONFLICT' // the key stands for another payment
  | 'PAYMENT_UNAVAILABLE' // it cannot be put on record now, so nothing was sent

export class PaymentError extends Error {
  override readonly name = 'PaymentError'
  readonly code: PaymentErrorCode
  constructor(code: PaymentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
