import { KeyError } from '#keys'

/** Whether the tenant's keys cannot be had now, which may pass; a key that is gone or was tampered with is another matter. */
export function areKeysAway(error: unknown): error is KeyError {
  return error instanceof KeyError && away.has(error.code)
}

const away: ReadonlySet<KeyError['code']> = new Set([
  'KEY_CLOSED',
  'KEY_UNAVAILABLE',
  'KEY_REFUSED',
  'KEY_LIMIT',
])
