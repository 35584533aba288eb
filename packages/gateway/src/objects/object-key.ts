import { ObjectError } from './error.ts'

const maxKeyBytes = 512 // S3 takes 1,024; a prefix comes before it
const part = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/

/**
 * Checks a key: parts of plain characters with slashes between them. None begins with a dot, so no key leaves its folder, and none meets
 * what a store keeps for itself. Throws `ObjectError` (`OBJECT_KEY_INVALID`).
 */
export function checkKey(key: string): string {
  if (key.length > maxKeyBytes || !key.split('/').every((name) => part.test(name)))
    throw new ObjectError('OBJECT_KEY_INVALID', 'an object’s key has a form that no store may hold')
  return key
}

/** A prefix to list: nothing, or whole parts, perhaps with a slash at the end. */
export function checkPrefix(prefix: string): string {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)
  return prefix
}
