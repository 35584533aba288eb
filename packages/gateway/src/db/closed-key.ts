/** Whether what failed is that a tenant's keys are closed: nothing of it can be sealed or read now. */
export function isKeyClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'KEY_CLOSED'
}

/** Whether what failed is that a sealed text is not what was sealed there: it was changed, moved, or its key is gone. */
export function isSealBroken(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'KEY_TAMPERED' || error.code === 'KEY_UNKNOWN')
  )
}
