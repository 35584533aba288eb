import { secretRef } from '#kernel'
import { SecretError } from './error.ts'

/** Where a reference leads. */
export type SecretPlace =
  /** `file:`, `env:` and `credential:`: no service is asked. */
  | { readonly kind: 'own' }
  | { readonly kind: 'vault'; readonly path: string; readonly field: string }
  | { readonly kind: 'aws-sm'; readonly name: string; readonly field: string | undefined }

/** Throws `SecretError` (`SECRET_INVALID`) on what is no reference. */
export function placeOf(reference: string): SecretPlace {
  if (!secretRef.safeParse(reference).success)
    throw new SecretError('SECRET_INVALID', 'this is no reference to a secret')
  const [kind, rest] = [
    reference.slice(0, reference.indexOf(':')),
    reference.slice(reference.indexOf(':') + 1),
  ]
  const [path = '', field] = rest.split('#')
  if (kind === 'vault') return { kind, path: path.replace(/^\/+|\/+$/g, ''), field: field ?? '' }
  return kind === 'aws-sm' ? { kind, name: path, field } : { kind: 'own' }
}

/** Every reference that a configuration holds, each once: any text in it that is one. */
export function referencesIn(value: unknown): readonly string[] {
  const found = new Set<string>()
  const look = (part: unknown) => {
    if (typeof part === 'string' && secretRef.safeParse(part).success) found.add(part)
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(look)
  }
  look(value)
  return [...found]
}
