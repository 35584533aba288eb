import { hkdfSync } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Clock, Random, Secret } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import type { DataKey, KeyContext, KeyProvider, ProviderKeyInfo, WrappedKey } from './contract.ts'
import { KeyError } from './error.ts'
import {
  isKeyringName,
  newKeyringLock,
  parseKeyring,
  serializeKeyring,
  type Keyring,
  type KeyringKey,
  type KeyringLock,
} from './keyring-file.ts'
import { createPrivateFile, fileStamp, readPrivateFile, replacePrivateFile } from './private-file.ts'
import { serial } from './serial.ts'

const keyBytes = 32
const nonceBytes = 12
/** The longest that a timer is set for: beyond 24 days they overflow. */
const longestWaitMs = 3_600_000

export interface KeyringOptions {
  readonly passphrase?: Secret<string> | undefined
  readonly random: Random
}

/** Writes a new keyring (mode 0600) without any key yet. Rejects with `KeyError` (`KEYRING_EXISTS`) rather than overwrite one. */
export async function createKeyring(path: string, o: KeyringOptions): Promise<void> {
  const id = Buffer.from(o.random.bytes(8)).toString('hex')
  const lock = o.passphrase && (await newKeyringLock(id, o.passphrase, o.random))
  await createPrivateFile(path, serializeKeyring({ id, keys: new Map() }, lock, o.random))
  lock?.master.fill(0)
}

/**
 * The local keyring: a file of random roots by key name and version. The file is looked at again before each use, so what is
 * edited in it (a key that is disabled or taken out) counts at once. Rejects with `KeyError`: `KEYRING_NOT_FOUND`,
 * `KEYRING_EXPOSED` (others may read it, or it is in clear in spite of a passphrase), `KEYRING_INVALID`, `KEYRING_SEALED` (passphrase missing or wrong).
 */
export async function openKeyring(
  path: string,
  o: KeyringOptions & { readonly clock: Clock; readonly id?: string | undefined },
): Promise<KeyProvider> {
  const access = keyringAccess(path, o)
  await access.use((ring) => ring)
  const file = whileOpen(access)
  const change = (key: string, next: (found: KeyringKey) => KeyringKey) =>
    file.change((ring) => new Map([...ring.keys, [key, next(keyOf(ring, key))]]))
  const wrap = (key: string, plain: Uint8Array, context: KeyContext) =>
    file.use((ring) => wrapUnder(ring, key, plain, context, o.random))
  return {
    id: o.id ?? 'local',
    kind: 'local',
    ensureKey: (key) =>
      file.change((ring) => {
        const found = ring.keys.get(key)
        if (found?.state === 'destroying' || found?.state === 'destroyed')
          throw refused('the key was destroyed')
        if (found !== undefined) return undefined
        if (!isKeyringName(key)) throw new KeyError('KEY_UNKNOWN', 'a key of the keyring cannot be called so')
        return new Map([...ring.keys, [key, withFreshVersion(undefined, o)]])
      }),
    async generateDataKey(key, context): Promise<DataKey> {
      const plain = o.random.bytes(keyBytes)
      return { plain, ...(await wrap(key, plain, context)) }
    },
    wrap,
    unwrap: (wrapped, context) => file.use((ring) => unwrapWith(ring, wrapped, context)),
    rewrap: (wrapped, context) =>
      file.use((ring) => {
        const plain = unwrapWith(ring, wrapped, context)
        const { name } = readRef(ring, wrapped.keyRef)
        const again = wrapUnder(ring, name, plain, context, o.random)
        plain.fill(0)
        return again
      }),
    async rotate(key) {
      await change(key, (found) => withFreshVersion(enabled(found), o))
      return file.use((ring) => describeKey(ring, key))
    },
    describe: (key) => file.use((ring) => describeKey(ring, key)),
    async scheduleDestroy(key, afterMs) {
      const due = new Date(o.clock.now() + afterMs)
      await change(key, (found) =>
        found.state === 'destroyed' ? found : { ...found, state: 'destroying', destroyAt: due.toISOString() },
      )
      await file.use((ring) => ring)
      return due
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** Reads the file before each use when it changed, and writes it before a change counts. */
function keyringAccess(path: string, o: KeyringOptions & { readonly clock: Clock }) {
  const inTurn = serial()
  let held: { readonly ring: Keyring; readonly stamp: string } | undefined
  let lock: KeyringLock | undefined
  let cancel = () => {}
  let closed = false

  const forget = () => {
    if (held) for (const key of held.ring.keys.values()) wipe(key)
    held = undefined
  }
  const read = async (): Promise<Keyring> => {
    if (closed) throw new KeyError('KEY_UNAVAILABLE', 'the keyring is closed')
    const stamp = await fileStamp(path)
    if (held?.stamp === stamp) return held.ring
    const found = await parseKeyring(await readPrivateFile(path), o.passphrase, lock)
    forget()
    lock = found.lock
    held = { ring: found.ring, stamp }
    return found.ring
  }
  const write = async (keys: ReadonlyMap<string, KeyringKey>, ring: Keyring) => {
    try {
      await replacePrivateFile(path, serializeKeyring({ id: ring.id, keys }, lock, o.random))
    } finally {
      for (const key of keys.values()) wipe(key) // fresh ones too; what lies in the file now is read again
      forget()
    }
  }
  const current = async (): Promise<Keyring> => {
    const ring = await read()
    const due = [...ring.keys].filter(([, key]) => key.state === 'destroying' && dueIn(key, o.clock) <= 0)
    if (due.length > 0)
      await write(new Map([...ring.keys, ...due.map(([name]) => [name, destroyed] as const)]), ring)
    const now = due.length > 0 ? await read() : ring
    arm(now)
    return now
  }
  const arm = (ring: Keyring) => {
    cancel()
    const waits = [...ring.keys.values()]
      .filter((key) => key.state === 'destroying')
      .map((key) => dueIn(key, o.clock))
    if (waits.length === 0) return
    // What cannot be destroyed now (a full disk) is tried again with the next use, and at every opening.
    cancel = o.clock.set(Math.min(...waits, longestWaitMs), () => void inTurn(current).catch(() => {}))
  }
  return {
    use: <T>(act: (ring: Keyring) => T) => inTurn(async () => act(await current())),
    /** Writes what `next` makes of the keys; undefined leaves them alone. */
    change: (next: (ring: Keyring) => ReadonlyMap<string, KeyringKey> | undefined) =>
      inTurn(async () => {
        const ring = await current()
        const keys = next(ring)
        if (keys !== undefined) await write(keys, ring)
      }),
    close: () =>
      inTurn(async () => {
        closed = true
        cancel()
        forget()
        lock?.master.fill(0)
      }),
  }
}

/** Once it was open, a file that cannot be read is a provider that cannot be asked now. */
function whileOpen({
  use,
  change,
  close,
}: ReturnType<typeof keyringAccess>): ReturnType<typeof keyringAccess> {
  const away = (cause: unknown): never => {
    throw cause instanceof KeyError && cause.code.startsWith('KEYRING_')
      ? new KeyError('KEY_UNAVAILABLE', 'the keyring cannot be used now', { cause })
      : cause
  }
  return { use: (act) => use(act).catch(away), change: (next) => change(next).catch(away), close }
}

const destroyed: KeyringKey = { state: 'destroyed', destroyAt: null, versions: new Map() }

function dueIn(key: KeyringKey, clock: Clock): number {
  return Date.parse(key.destroyAt ?? '') - clock.now()
}

function withFreshVersion(
  key: KeyringKey | undefined,
  o: KeyringOptions & { readonly clock: Clock },
): KeyringKey {
  const next = (key === undefined ? 0 : newestOf(key)) + 1
  const fresh = { createdAt: new Date(o.clock.now()).toISOString(), root: o.random.bytes(keyBytes) }
  return { state: 'enabled', destroyAt: null, versions: new Map([...(key?.versions ?? []), [next, fresh]]) }
}

function keyOf(ring: Keyring, name: string): KeyringKey {
  const key = ring.keys.get(name)
  if (key === undefined) throw new KeyError('KEY_UNKNOWN', 'the keyring lacks the key')
  return key
}

function enabled(key: KeyringKey): KeyringKey {
  if (key.state !== 'enabled') throw refused('the key is disabled or destroyed')
  return key
}

function describeKey(ring: Keyring, name: string): ProviderKeyInfo {
  const key = keyOf(ring, name)
  const version = newestOf(key)
  const createdAt = key.versions.get(version)?.createdAt
  return {
    keyRef: refOf(ring, name, version),
    createdAt: createdAt === undefined ? undefined : new Date(createdAt),
    state: key.state,
    destroyAt: key.destroyAt === null ? undefined : new Date(key.destroyAt),
  }
}

function wrapUnder(
  ring: Keyring,
  name: string,
  plain: Uint8Array,
  context: KeyContext,
  random: Random,
): WrappedKey {
  const key = enabled(keyOf(ring, name))
  const version = newestOf(key)
  const keyRef = refOf(ring, name, version)
  const root = wrapKeyOf(key, version)
  const wrapped = sealBox(root, random.bytes(nonceBytes), plain, wrapAad(keyRef, context))
  root.fill(0)
  return { wrapped, keyRef }
}

function unwrapWith(ring: Keyring, { wrapped, keyRef }: WrappedKey, context: KeyContext): Uint8Array {
  const { name, version } = readRef(ring, keyRef)
  const root = wrapKeyOf(enabled(keyOf(ring, name)), version)
  const plain = openBox(root, wrapped, wrapAad(keyRef, context))
  root.fill(0)
  if (plain === undefined)
    throw new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
  return plain
}

function wrapKeyOf(key: KeyringKey, version: number): Uint8Array {
  const found = key.versions.get(version)
  if (found === undefined)
    throw new KeyError('KEY_UNKNOWN', 'the keyring lacks the version that wrapped this')
  return new Uint8Array(hkdfSync('sha256', found.root, '', 'voxkeep wrap v2', keyBytes))
}

function newestOf(key: KeyringKey): number {
  return Math.max(0, ...key.versions.keys())
}

function refOf(ring: Keyring, name: string, version: number): string {
  return `local:${ring.id}:${name}:${version}`
}

function readRef(ring: Keyring, keyRef: string): { readonly name: string; readonly version: number } {
  const [, id, name, version] = /^local:([0-9a-f]{16}):([^:]{1,128}):(\d{1,9})$/.exec(keyRef) ?? []
  if (id !== ring.id || name === undefined) throw new KeyError('KEY_UNKNOWN', 'another keyring wrapped this')
  return { name, version: Number(version) }
}

function wrapAad(keyRef: string, { tenant, purpose, object }: KeyContext): Uint8Array {
  return Buffer.from(`voxkeep wrap v2\0${canonicalize({ keyRef, tenant, purpose, object })}`)
}

function wipe(key: KeyringKey): void {
  for (const { root } of key.versions.values()) root.fill(0)
}

function refused(message: string): KeyError {
  return new KeyError('KEY_REFUSED', message)
}
