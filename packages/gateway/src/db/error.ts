export type DbErrorCode =
  /** Another process (or this one) has the database open. */
  | 'DB_LOCKED'
  | 'DB_CLOSED'
  /** A row with this key is there already. */
  | 'DB_CONFLICT'
  /** More queries wait than the queue may hold. */
  | 'DB_OVERLOADED'
  /** The server cannot be reached, or was lost in the middle: what was under way may or may not have been done. */
  | 'DB_UNAVAILABLE'
  /** The server, or how it is set up, is not what may be trusted with this; a person must change it. */
  | 'DB_REFUSED'
  | 'DB_FAILED'

/** Whether a statement was refused for a value in it, and so did nothing at all: SQLSTATE classes 22 and 23. */
export function blamesValue(error: unknown): boolean {
  return error instanceof DbError && /^2[23]/.test(error.sqlState ?? '')
}

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
