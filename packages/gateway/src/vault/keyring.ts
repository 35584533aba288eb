import { hkdfSync } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Clock, Random, Secret } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import { VaultError } from './error.ts'
import { fieldSeal } from './field-seal.ts'
import type { KeyContext, KeyProvider } from './key-provider.ts'
import {
  parseKeyring,
  readPrivateFile,
  serializeKeyring,
  writePrivateFile,
  type KeyringContents,
} from './keyring-file.ts'

const keyBytes = 32
const nonceBytes = 12

export interface KeyringOptions {
  readonly passphrase?: Secret<string> | undefined
  readonly random: Random
}

/** Writes a new keyring (mode 0600) and opens it. Throws `VaultError` (`VAULT_KEYRING_EXISTS`) rather than overwrite one. */
export async function createKeyring(
  path: string,
  o: KeyringOptions & { readonly clock: Clock },
): Promise<KeyProvider> {
  const contents: KeyringContents = {
    id: Buffer.from(o.random.bytes(8)).toString('hex'),
    hashRoot: o.random.bytes(keyBytes),
    keys: new Map([[1, freshKey(o)]]),
  }
  await writePrivateFile(path, await serializeKeyring(contents, o.passphrase, o.random), false)
  return localKeyProvider(contents, o.random)
}

/**
 * Opens a keyring. Throws `VaultError`: `VAULT_NOT_FOUND`, `VAULT_KEYRING_EXPOSED` (others may read it),
 * `VAULT_KEYRING_INVALID`, `VAULT_SEALED` (passphrase missing or wrong).
 */
export async function openKeyring(path: string, o: KeyringOptions): Promise<KeyProvider> {
  return localKeyProvider(await parseKeyring(await readPrivateFile(path), o.passphrase), o.random)
}

/** Adds a key version that wraps from now on; what older ones wrapped still opens. Other errors as `openKeyring`. */
export async function rotateKeyring(
  path: string,
  o: KeyringOptions & { readonly clock: Clock },
): Promise<KeyProvider> {
  const old = await parseKeyring(await readPrivateFile(path), o.passphrase)
  const contents = { ...old, keys: new Map([...old.keys, [newestOf(old) + 1, freshKey(o)] as const]) }
  await writePrivateFile(path, await serializeKeyring(contents, o.passphrase, o.random), true)
  return localKeyProvider(contents, o.random)
}

function freshKey(o: { clock: Clock; random: Random }): { createdAt: string; key: Uint8Array } {
  return { createdAt: new Date(o.clock.now()).toISOString(), key: o.random.bytes(keyBytes) }
}

function newestOf(contents: KeyringContents): number {
  return Math.max(...contents.keys.keys())
}

function localKeyProvider(contents: KeyringContents, random: Random): KeyProvider {
  const newest = newestOf(contents)
  const refOf = (version: number) => `local:${contents.id}:${version}`
  const wrapKeys = new Map(
    [...contents.keys].map(([version, { key }]) => [refOf(version), subkey(key, 'voxkeep wrap v1')]),
  )
  const fieldRoots = new Map(
    [...contents.keys].map(([version, { key }]) => [version, subkey(key, 'voxkeep fields v1')]),
  )
  const keyOf = (ref: string): Uint8Array => {
    const key = wrapKeys.get(ref)
    if (key === undefined)
      throw new VaultError('VAULT_KEY_UNKNOWN', 'the keyring lacks the key that wrapped this')
    return key
  }
  const seal = fieldSeal(fieldRoots, newest, random)
  return {
    ref: refOf(newest),
    generateDataKey(context) {
      const plain = random.bytes(keyBytes)
      const wrapped = sealBox(keyOf(refOf(newest)), random.bytes(nonceBytes), plain, wrapAad(context))
      return { plain, wrapped, keyRef: refOf(newest) }
    },
    unwrap(wrapped, keyRef, context) {
      const plain = openBox(keyOf(keyRef), wrapped, wrapAad(context))
      if (plain?.length !== keyBytes)
        throw new VaultError('VAULT_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
      return plain
    },
    fieldSeal: () => seal,
    hmacKey: (purpose) => subkey(contents.hashRoot, `voxkeep hmac v1 ${purpose}`),
  }
}

function subkey(root: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, '', info, keyBytes))
}

function wrapAad(context: KeyContext): Uint8Array {
  return Buffer.from(`voxkeep wrap v1\0${canonicalize(context)}`)
}
