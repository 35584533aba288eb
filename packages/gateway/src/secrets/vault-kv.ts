import { Secret } from '#kernel'
import { SecretError } from './error.ts'
import type { VaultAnswer, VaultClient } from './vault-client.ts'

/** The fields of one entry, by name. */
export type SecretFields = ReadonlyMap<string, Secret<string>>

/**
 * Reads an entry of a KV engine, version 1 or 2: the server says which is mounted there, as it does for its own command line. Rejects with
 * `SecretError`.
 *
 * @param path - Mount and entry, without the `data/` of version 2.
 */
export async function readVaultEntry(client: VaultClient, path: string): Promise<SecretFields> {
  if (!/^[\w.-]+(?:\/[\w. @-]+)+$/.test(path) || /(?:^|\/)\.\.?(?:\/|$)/.test(path))
    throw new SecretError('SECRET_INVALID', 'a path in Vault is "mount/entry"')
  const mount = must(await client.call({ method: 'GET', path: `sys/internal/ui/mounts/${encodePath(path)}` }))
  const base = typeof mount['path'] === 'string' ? mount['path'] : ''
  const options = mount['options']
  if (base === '' || !path.startsWith(base) || path.length === base.length) throw invalid()
  const isSecond = isRecord(options) && options['version'] === '2'
  const rest = path.slice(base.length)
  const data = must(
    await client.call({ method: 'GET', path: encodePath(`${base}${isSecond ? 'data/' : ''}${rest}`) }),
  )
  const fields = isSecond ? data['data'] : data
  if (!isRecord(fields)) throw new SecretError('SECRET_UNKNOWN', 'Vault has no such entry') // deleted, in version 2
  const texts = Object.entries(fields).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return new Map(texts.map(([name, text]) => [name, new Secret(text)]))
}

function must(answer: VaultAnswer): Readonly<Record<string, unknown>> {
  if (answer.ok) return answer.data
  switch (answer.why) {
    case 'unavailable':
      throw new SecretError('SECRET_UNAVAILABLE', 'Vault does not answer, or is sealed')
    case 'refused':
      throw new SecretError('SECRET_REFUSED', 'Vault denies it')
    case 'not-found':
      throw new SecretError('SECRET_UNKNOWN', 'Vault has no such entry')
    case 'invalid':
      throw invalid()
  }
}

function invalid(): SecretError {
  return new SecretError('SECRET_INVALID', 'this is no entry of a KV engine')
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
