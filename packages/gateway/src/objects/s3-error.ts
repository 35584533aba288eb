import { ObjectError } from './error.ts'

const temporary = new Set([
  'SlowDown',
  'RequestTimeout',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
])
const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion', 'NoSuchUpload'])
/** What was sent was right, since it was hashed before: it changed on the way, so another try may arrive whole. */
const garbled = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'InvalidPart',
])

/** What the SDK threw, in our words. What is kept of it is its name and status: messages may quote headers. */
export function asObjectError(error: unknown): ObjectError {
  if (error instanceof ObjectError) return error
  const { name, status } = particulars(error)
  const cause = new Error(`S3: ${name}${status === undefined ? '' : ` (${status})`}`)
  if (missing.has(name)) return new ObjectError('OBJECT_NOT_FOUND', 'there is no such object', { cause })
  if (name === 'PreconditionFailed' || status === 412)
    return new ObjectError('OBJECT_EXISTS', 'another object has this key', { cause })
  const isTemporary =
    garbled.has(name) || temporary.has(name) || status === undefined || status === 429 || status >= 500
  if (isTemporary) return new ObjectError('OBJECT_UNAVAILABLE', 'the store cannot be asked now', { cause })
  // A bucket that is missing is a mistake in the configuration, not an object that is gone.
  if (status === 404 && name !== 'NoSuchBucket')
    return new ObjectError('OBJECT_NOT_FOUND', 'there is no such object', { cause })
  return new ObjectError('OBJECT_REFUSED', 'the store refuses this', { cause })
}

/** The same of an upload: what is missing then is the upload, or the way to it, and not what was to be put. */
export function asPutError(error: unknown): ObjectError {
  const found = asObjectError(error)
  if (found === error || found.code !== 'OBJECT_NOT_FOUND') return found
  return new ObjectError('OBJECT_UNAVAILABLE', 'the store lost the upload', { cause: found.cause })
}

function particulars(error: unknown): { name: string; status: number | undefined } {
  const { name, $metadata } = (error ?? {}) as {
    name?: unknown
    $metadata?: { httpStatusCode?: unknown }
  }
  const status = $metadata?.httpStatusCode
  return {
    name: typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : 'Error',
    status: typeof status === 'number' ? status : undefined,
  }
}
