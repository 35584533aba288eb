import { DbError } from './error.ts'

/** What PostgreSQL said of a statement, without the values that it may quote. */
export interface PgFault {
  /** Its five letters; XX000 where there are none. */
  readonly sqlState: string
  /** Empty when the text may hold values. */
  readonly message: string
}

export function pgFault(error: unknown): PgFault {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const sqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : 'XX000'
  // Only faults of the statement itself are told in PostgreSQL's words: the others may quote values.
  const ours = sqlState.startsWith('42') || sqlState === 'XX000'
  return { sqlState, message: ours && typeof message === 'string' ? message.slice(0, 300) : '' }
}

export function asDbError({ sqlState, message }: PgFault): DbError {
  const cause = message === '' ? undefined : new Error(message)
  if (sqlState === '23505') return new DbError('DB_CONFLICT', 'a row with this key exists', { sqlState })
  return new DbError('DB_FAILED', 'the database refused a statement', { sqlState, cause })
}
