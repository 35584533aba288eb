/** A caller handed in what no transaction can carry. A peer's message never causes one. */
export class TransactionError extends Error {
  override readonly name = 'TransactionError'
  readonly code = 'TRANSACTION_REQUEST'
}
