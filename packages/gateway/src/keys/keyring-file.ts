import { argon2 } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Random, Secret } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import { KeyError } from './error.ts'

/** A keyring as it is used: raw key material, in memory only. */
export interface Keyring {
  readonly id: string
  readonly keys: ReadonlyMap<string, KeyringKey>
}

/** A key by its name. Once destroyed it has no versions, and keeps its name so that nobody makes it again by mistake. */
export interface KeyringKey {
  readonly state: 'enabled' | 'disabled' | 'destroying' | 'destroyed'
  /** When its material goes; ISO 8601. */
  readonly destroyAt: string | null
  /** By version, from 1; the highest wraps. */
  readonly versions: ReadonlyMap<number, KeyringVersion>
}

export interface KeyringVersion {
  readonly createdAt: string
  readonly root: Uint8Array
}

/** What seals the keys in a file: argon2id of the passphrase. */
export interface KeyringLock {
  readonly kdf: Kdf
  readonly master: Uint8Array
}

const secretBytes = 32
const checkBytes = 12 + 16
const boxBytes = 12 + secretBytes + 16
const base64Of = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === bytes, `must be ${bytes} bytes in base64`)
/** At or above RFC 9106's second recommendation (64 MiB, 3 passes); the upper bounds keep a planted file from hanging the start. */
const kdfSchema = z.strictObject({
  name: z.literal('argon2id'),
  memoryKiB: z.int().min(8).max(1_048_576),
  passes: z.int().min(1).max(32),
  salt: base64Of(16),
  /** An empty box: tells a wrong passphrase from a right one before there is any key. */
  check: base64Of(checkBytes),
})
type Kdf = z.output<typeof kdfSchema>
const versionSchema = z.strictObject({
  version: z.int().min(1).max(999_999_999),
  createdAt: z.iso.datetime(),
  key: z.union([base64Of(secretBytes), base64Of(boxBytes)]),
})
const keySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$/),
  state: z.enum(['enabled', 'disabled', 'destroying', 'destroyed']),
  destroyAt: z.iso.datetime().nullable(),
  versions: z.array(versionSchema).max(1_000),
})
const fileSchema = z.strictObject({
  format: z.literal('voxkeep-keyring'),
  version: z.literal(2),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  kdf: kdfSchema.nullable(),
  keys: z.array(keySchema).max(10_000),
})
type KeyringFile = z.output<typeof fileSchema>

const argon2Async = promisify(argon2)
const newKdf = { name: 'argon2id', memoryKiB: 65_536, passes: 3 } as const
const nothing = new Uint8Array()

/** Whether a key may be called so. */
export function isKeyringName(name: string): boolean {
  return keySchema.shape.name.safeParse(name).success
}

/** The lock of a new keyring. Takes about a tenth of a second, on purpose. */
export async function newKeyringLock(
  id: string,
  passphrase: Secret<string>,
  random: Random,
): Promise<KeyringLock> {
  const costs = { ...newKdf, salt: base64(random.bytes(16)) }
  const master = await deriveMaster(passphrase, costs)
  const check = base64(sealBox(master, random.bytes(12), nothing, slotAad(id, 'check')))
  return { kdf: { ...costs, check }, master }
}

/** Turns a keyring into the file's text; with a lock every key in it is sealed. */
export function serializeKeyring(ring: Keyring, lock: KeyringLock | undefined, random: Random): string {
  const put = (secret: Uint8Array, slot: string) =>
    base64(lock ? sealBox(lock.master, random.bytes(12), secret, slotAad(ring.id, slot)) : secret)
  const file: KeyringFile = {
    format: 'voxkeep-keyring',
    version: 2,
    id: ring.id,
    kdf: lock?.kdf ?? null,
    keys: [...ring.keys].map(([name, key]) => ({
      name,
      state: key.state,
      destroyAt: key.destroyAt,
      versions: [...key.versions].map(([version, { createdAt, root }]) => ({
        version,
        createdAt,
        key: put(root, slotOf(name, version, createdAt)),
      })),
    })),
  }
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/**
 * Reads a keyring's text. Rejects with `KeyError` (`KEYRING_INVALID`, `KEYRING_SEALED`, `KEYRING_EXPOSED`).
 *
 * @param known - A lock that fitted before: spares deriving it again when the file still has it.
 */
export async function parseKeyring(
  text: string,
  passphrase: Secret<string> | undefined,
  known?: KeyringLock,
): Promise<{ readonly ring: Keyring; readonly lock: KeyringLock | undefined }> {
  const parsed = fileSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new KeyError('KEYRING_INVALID', 'the keyring file is not a keyring')
  const file = parsed.data
  if (hasDoubles(file))
    throw new KeyError('KEYRING_INVALID', 'the keyring has two keys of one name or version')
  // Whoever can write the file must not choose keys that he knows; nor may its owner think that it is sealed.
  if (file.kdf === null && passphrase !== undefined)
    throw new KeyError('KEYRING_EXPOSED', 'the keyring is in clear, though a passphrase should seal it')
  const lock = file.kdf === null ? undefined : await unlock(file.id, file.kdf, passphrase, known)
  const take = (stored: string, slot: string): Uint8Array => {
    const bytes = new Uint8Array(Buffer.from(stored, 'base64'))
    const secret = lock ? openBox(lock.master, bytes, slotAad(file.id, slot)) : bytes
    if (secret?.length !== secretBytes)
      throw new KeyError('KEYRING_SEALED', 'the passphrase is wrong, or the keyring was changed')
    return secret
  }
  const keys = file.keys.map(({ name, state, destroyAt, versions }): [string, KeyringKey] => {
    const roots = versions.map(({ version, createdAt, key }): [number, KeyringVersion] => [
      version,
      { createdAt, root: take(key, slotOf(name, version, createdAt)) },
    ])
    return [name, { state, destroyAt, versions: new Map(roots) }]
  })
  return { ring: { id: file.id, keys: new Map(keys) }, lock }
}

async function unlock(
  id: string,
  kdf: Kdf,
  passphrase: Secret<string> | undefined,
  known: KeyringLock | undefined,
): Promise<KeyringLock> {
  if (known !== undefined && JSON.stringify(known.kdf) === JSON.stringify(kdf)) return known
  if (passphrase === undefined) throw new KeyError('KEYRING_SEALED', 'the keyring needs its passphrase')
  const master = await deriveMaster(passphrase, kdf)
  const check = openBox(master, Buffer.from(kdf.check, 'base64'), slotAad(id, 'check'))
  if (check === undefined) throw new KeyError('KEYRING_SEALED', 'the passphrase is wrong')
  return { kdf, master }
}

function hasDoubles({ keys }: KeyringFile): boolean {
  const isTwice = (of: readonly unknown[]) => new Set(of).size !== of.length
  return (
    isTwice(keys.map(({ name }) => name)) ||
    keys.some(({ versions }) => isTwice(versions.map(({ version }) => version)))
  )
}

async function deriveMaster(passphrase: Secret<string>, kdf: Omit<Kdf, 'check'>): Promise<Uint8Array> {
  return argon2Async('argon2id', {
    message: passphrase.reveal(),
    nonce: Buffer.from(kdf.salt, 'base64'),
    memory: kdf.memoryKiB,
    passes: kdf.passes,
    parallelism: 1,
    tagLength: 32,
  })
}

function slotOf(name: string, version: number, createdAt: string): string {
  return `key ${name} ${version} ${createdAt}`
}

function slotAad(id: string, slot: string): Uint8Array {
  return Buffer.from(`voxkeep keyring v2\0${id}\0${slot}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
