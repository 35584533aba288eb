export type ObjectErrorCode =
  | 'OBJECT_NOT_FOUND'
  /** Another object has this key. */
  | 'OBJECT_EXISTS'
  /** The store cannot be asked now: try later. */
  | 'OBJECT_UNAVAILABLE'
  /** The store refuses this, and will refuse it again. */
  | 'OBJECT_REFUSED'
  /** It may not be deleted yet. */
  | 'OBJECT_LOCKED'
  /** What came is not what was put. */
  | 'OBJECT_CORRUPT'
  /** The key is none that a store may hold. */
  | 'OBJECT_KEY_INVALID'
  /** The spool has no room, so nothing new may be sealed. */
  | 'OBJECT_SPOOL_FULL'

export class ObjectError extends Error {
  override readonly name = 'ObjectError'
  readonly code: ObjectErrorCode
  /** Of `OBJECT_LOCKED`: until when; undefined while a legal hold lies on it, which has no end. */
  readonly until: Date | undefined
  constructor(
    code: ObjectErrorCode,
    message: string,
    options?: ErrorOptions & { readonly until?: Date | undefined },
  ) {
    super(message, options)
    this.code = code
    this.until = options?.until
  }
}

/** Whether `error` is one of ours with this code. */
export function isObjectError(error: unknown, code: ObjectErrorCode): error is ObjectError {
  return error instanceof ObjectError && error.code === code
}
