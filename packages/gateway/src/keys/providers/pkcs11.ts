import { KeyError, type KeyContext, type KeyProvider, type ProviderKeyInfo, type WrappedKey } from '#keys'
import type { Clock, Random } from '#kernel'
import { contextBytes } from './context-bytes.ts'
import { parseKeyRef, serializeKeyRef, versionOf } from './key-ref.ts'
import type { Pkcs11Act } from './pkcs11-protocol.ts'
import type { Pkcs11Thread } from './pkcs11-thread.ts'
import type { TokenKey } from './pkcs11-token.ts'

export interface Pkcs11Address {
  readonly id: string
  readonly tokenLabel: string
  /** Who makes the IV: some tokens insist on their own. */
  readonly iv: 'gateway' | 'token'
}

export interface Pkcs11Deps {
  readonly clock: Clock
  readonly random: Random
  /** Of the token's module; it belongs to whoever started it. */
  readonly thread: Pkcs11Thread
}

const keyBytes = 32
const ivBytes = 12

/**
 * A PKCS#11 token: AES-256 keys that never leave it, found by their labels `name#1`, `name#2` and so on; AES-256-GCM with the context as
 * associated data. A key that is to be destroyed is relabelled, which closes it at once, and destroyed when its time has come and
 * anybody looks.
 */
export function pkcs11Provider(config: Pkcs11Address, deps: Pkcs11Deps): KeyProvider {
  const ask = (act: Pkcs11Act) => deps.thread.ask({ token: config.tokenLabel, ...act })
  const refOf = (name: string, version: number) =>
    serializeKeyRef({ provider: config.id, name, version: String(version) })
  const versions = async (name: string) =>
    (await ask({ op: 'versions', name: checked(name) })) as readonly TokenKey[]
  const describe = async (key: string): Promise<ProviderKeyInfo> => {
    const newest = (await versions(key)).at(-1)
    if (newest === undefined) throw new KeyError('KEY_UNKNOWN', 'the token has no such key')
    const { version, state, destroyAtMs } = newest
    return {
      keyRef: refOf(key, version),
      createdAt: undefined, // a token does not know
      state,
      ...(destroyAtMs !== undefined && { destroyAt: new Date(destroyAtMs) }),
    }
  }
  const wrap = async (key: string, plain: Uint8Array, context: KeyContext): Promise<WrappedKey> => {
    const iv = config.iv === 'gateway' ? deps.random.bytes(ivBytes) : new Uint8Array(ivBytes)
    const aad = contextBytes(context)
    const sealed = await ask({ op: 'encrypt', name: checked(key), plain, aad, iv })
    const { version, box } = sealed as { version: number; box: Uint8Array }
    return { wrapped: box, keyRef: refOf(key, version) }
  }
  const unwrap = async ({ wrapped, keyRef }: WrappedKey, context: KeyContext) => {
    const ref = parseKeyRef(keyRef, config.id)
    const aad = contextBytes(context)
    const request = {
      op: 'decrypt',
      name: checked(ref.name),
      version: versionOf(ref),
      box: wrapped,
      aad,
    } as const
    const plain = (await ask(request)) as Uint8Array
    if (plain.length === keyBytes) return plain
    plain.fill(0)
    throw new KeyError('KEY_TAMPERED', 'a wrapped key was changed or belongs elsewhere')
  }
  const addVersion = async (key: string, version: number) =>
    void (await ask({ op: 'generate', name: checked(key), version }))
  return {
    id: config.id,
    kind: 'pkcs11',
    async ensureKey(key) {
      if ((await versions(key)).length === 0) await addVersion(key, 1)
    },
    async generateDataKey(key, context) {
      const plain = deps.random.bytes(keyBytes)
      return { plain, ...(await wrap(key, plain, context)) }
    },
    wrap,
    unwrap,
    async rewrap(wrapped, context) {
      const plain = await unwrap(wrapped, context)
      try {
        return await wrap(parseKeyRef(wrapped.keyRef, config.id).name, plain, context)
      } finally {
        plain.fill(0)
      }
    },
    async rotate(key) {
      const newest = (await versions(key)).at(-1)
      if (newest === undefined) throw new KeyError('KEY_UNKNOWN', 'the token has no such key')
      if (newest.state !== 'enabled') throw new KeyError('KEY_REFUSED', 'the key is being destroyed')
      await addVersion(key, newest.version + 1)
      return describe(key)
    },
    describe,
    async scheduleDestroy(key, afterMs) {
      await describe(key)
      const destroyAtMs = deps.clock.now() + Math.max(0, afterMs)
      if (afterMs > 0) await ask({ op: 'closeKey', name: key, destroyAtMs })
      else await ask({ op: 'destroy', name: key })
      return new Date(destroyAtMs)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The label must be read back as it was written. */
function checked(name: string): string {
  if (/^[\w.:/-]{1,128}$/.test(name)) return name
  throw new KeyError(
    'KEY_UNKNOWN',
    'a key on a token has letters, digits and "_.:/-" in its name, at most 128',
  )
}
