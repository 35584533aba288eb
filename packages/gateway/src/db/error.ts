export type DbErrorCode =
  /** Another process (or this one) has the database open. */
  | 'DB_LOCKED'
  | 'DB_CLOSED'
  /** A row with this key is there already. */
  | 'DB_CONFLICT'
  /** More queries wait than the queue may hold. */
  | 'DB_OVERLOADED'
  | 'DB_FAILED'

export class DbError extends Error {
  override readonly name = 'DbError'
  readonly code: DbErrorCode
  /** PostgreSQL's five letters, where the fault came from there. */
  readonly sqlState: string | undefined
  constructor(
    code: DbErrorCode,
    message: string,
    options?: ErrorOptions & { sqlState?: string | undefined },
  ) {
    super(message, options)
    this.code = code
    this.sqlState = options?.sqlState
  }
}
