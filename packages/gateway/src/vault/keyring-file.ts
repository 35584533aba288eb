import { argon2 } from 'node:crypto'
import { constants } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Random, Secret } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import { VaultError } from './error.ts'

/** A keyring as it is used: raw key material, in memory only. */
export interface KeyringContents {
  readonly id: string
  /** Root of the keyed hashes. Never rotated: hashes made with it must stay comparable. */
  readonly hashRoot: Uint8Array
  /** By version, from 1; the highest wraps. */
  readonly keys: ReadonlyMap<number, { readonly createdAt: string; readonly key: Uint8Array }>
}

const secretBytes = 32
const boxBytes = 12 + secretBytes + 16
const base64Of = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === bytes, `must be ${bytes} bytes in base64`)
/** Above RFC 9106's second recommendation (64 MiB, 3 passes); the upper bounds keep a planted file from hanging the start. */
const kdfSchema = z.strictObject({
  name: z.literal('argon2id'),
  memoryKiB: z.int().min(8).max(1_048_576),
  passes: z.int().min(1).max(32),
  salt: base64Of(16),
})
const secretSchema = z.union([base64Of(secretBytes), base64Of(boxBytes)])
const fileSchema = z.strictObject({
  format: z.literal('voxkeep-keyring'),
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  kdf: kdfSchema.nullable(),
  hashRoot: secretSchema,
  keys: z
    .array(z.strictObject({ version: z.int().min(1), createdAt: z.iso.datetime(), key: secretSchema }))
    .min(1)
    .max(1_000),
})
type KeyringFile = z.output<typeof fileSchema>

const argon2Async = promisify(argon2)
const newKdf = { name: 'argon2id', memoryKiB: 65_536, passes: 3 } as const

/** Turns contents into the file's text; with a passphrase every secret in it is sealed under argon2id of that. */
export async function serializeKeyring(
  contents: KeyringContents,
  passphrase: Secret<string> | undefined,
  random: Random,
): Promise<string> {
  const kdf = passphrase && { ...newKdf, salt: base64(random.bytes(16)) }
  const master = passphrase && kdf && (await deriveMaster(passphrase, kdf))
  const put = (secret: Uint8Array, slot: string) =>
    base64(master ? sealBox(master, random.bytes(12), secret, slotAad(contents.id, slot)) : secret)
  const file: KeyringFile = {
    format: 'voxkeep-keyring',
    version: 1,
    id: contents.id,
    kdf: kdf ?? null,
    hashRoot: put(contents.hashRoot, 'hashRoot'),
    keys: [...contents.keys].map(([version, { createdAt, key }]) => ({
      version,
      createdAt,
      key: put(key, `key ${version} ${createdAt}`),
    })),
  }
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/** Reads a keyring's text. Throws `VaultError` (`VAULT_KEYRING_INVALID`, `VAULT_SEALED`, `VAULT_TAMPERED`). */
export async function parseKeyring(
  text: string,
  passphrase: Secret<string> | undefined,
): Promise<KeyringContents> {
  const parsed = fileSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new VaultError('VAULT_KEYRING_INVALID', 'the keyring file is not a keyring')
  const file = parsed.data
  if (new Set(file.keys.map((key) => key.version)).size !== file.keys.length)
    throw new VaultError('VAULT_KEYRING_INVALID', 'the keyring has two keys of one version')
  if (file.kdf !== null && passphrase === undefined)
    throw new VaultError('VAULT_SEALED', 'the keyring needs its passphrase')
  const master = file.kdf && passphrase && (await deriveMaster(passphrase, file.kdf))
  const take = (stored: string, slot: string): Uint8Array => {
    const bytes = new Uint8Array(Buffer.from(stored, 'base64'))
    const secret = master ? openBox(master, bytes, slotAad(file.id, slot)) : bytes
    if (secret?.length !== secretBytes)
      throw new VaultError('VAULT_SEALED', 'the passphrase is wrong, or the keyring was changed')
    return secret
  }
  return {
    id: file.id,
    hashRoot: take(file.hashRoot, 'hashRoot'),
    keys: new Map(
      file.keys.map(({ version, createdAt, key }) => [
        version,
        { createdAt, key: take(key, `key ${version} ${createdAt}`) },
      ]),
    ),
  }
}

/** Reads the file's text after checking that only its owner may. */
export async function readPrivateFile(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new VaultError('VAULT_NOT_FOUND', 'the keyring cannot be read', { cause })
  })
  try {
    if (((await file.stat()).mode & 0o077) !== 0)
      throw new VaultError('VAULT_KEYRING_EXPOSED', 'others may read the keyring; run: chmod 600 on it')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Writes a file (mode 0600) that is there whole or not at all, also across power loss. `replace` false refuses an existing one. */
export async function writePrivateFile(path: string, text: string, replace: boolean): Promise<void> {
  const target = replace ? `${path}.new` : path
  const file = await open(target, replace ? 'w' : 'wx', 0o600).catch((cause: unknown) => {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw exists
      ? new VaultError('VAULT_KEYRING_EXISTS', 'there is a keyring already; it is not overwritten', { cause })
      : new VaultError('VAULT_WRITE_FAILED', 'the keyring cannot be written', { cause })
  })
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  if (replace) await rename(target, path)
  const directory = await open(dirname(path), constants.O_RDONLY)
  await directory.sync().finally(() => directory.close())
}

async function deriveMaster(
  passphrase: Secret<string>,
  kdf: z.output<typeof kdfSchema>,
): Promise<Uint8Array> {
  return argon2Async('argon2id', {
    message: passphrase.reveal(),
    nonce: Buffer.from(kdf.salt, 'base64'),
    memory: kdf.memoryKiB,
    passes: kdf.passes,
    parallelism: 1,
    tagLength: 32,
  })
}

function slotAad(id: string, slot: string): Uint8Array {
  return Buffer.from(`voxkeep keyring v1\0${id}\0${slot}`)
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
