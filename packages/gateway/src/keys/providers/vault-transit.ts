import { KeyError, type DataKey, type KeyProvider, type ProviderKeyInfo } from '#keys'
import type { Clock, Random } from '#kernel'
import type { VaultClient } from '#secrets'
import { transitEngine, type TransitEngine, type TransitKey } from './transit-engine.ts'

export interface TransitDeps {
  readonly client: VaultClient
  readonly clock: Clock
  readonly random: Random
}

const keyBytes = 32

/**
 * HashiCorp Vault's or OpenBao's Transit engine. A wrapped key is Transit's ciphertext without its textual prefix and base64, of which
 * neither is authenticated; its version is in `keyRef`.
 *
 * Transit has no waiting time of its own. `scheduleDestroy` closes the key at once (a new version, and every older one below
 * `min_decryption_version`), which an administrator of Vault can undo; with `afterMs` 0, also later, it deletes it.
 */
export function transitProvider(
  config: { readonly id: string; readonly mount: string },
  { client, clock, random }: TransitDeps,
): KeyProvider {
  const engine = transitEngine(config, client)
  const describe = async (key: string): Promise<ProviderKeyInfo> => {
    const { latest, createdAt, state } = await engine.read(key)
    return { keyRef: engine.keyRef(key, latest), createdAt, state }
  }
  return {
    id: config.id,
    kind: 'vault-transit',
    async ensureKey(key) {
      if (!(await isThere(engine, key))) await engine.create(key)
    },
    async generateDataKey(key, context): Promise<DataKey> {
      const info = await usable(engine, key)
      if (info.isDerived) return engine.dataKey(key, info, context)
      const plain = random.bytes(keyBytes)
      return { plain, ...(await engine.encrypt(key, info, plain, context)) }
    },
    wrap: async (key, plain, context) => engine.encrypt(key, await usable(engine, key), plain, context),
    unwrap: async (wrapped, context) =>
      engine.decrypt(wrapped, await usable(engine, engine.nameOf(wrapped)), context),
    async rewrap(wrapped, context) {
      const key = engine.nameOf(wrapped)
      const info = await usable(engine, key)
      if (info.isDerived) return engine.rewrap(wrapped, info, context)
      const plain = await engine.decrypt(wrapped, info, context)
      try {
        return await engine.encrypt(key, info, plain, context)
      } finally {
        plain.fill(0)
      }
    },
    async rotate(key) {
      await usable(engine, key)
      await engine.rotate(key)
      return describe(key)
    },
    describe,
    async scheduleDestroy(key, afterMs) {
      const { state } = await engine.read(key)
      if (afterMs > 0 && state !== 'destroying') await closeKey(engine, key)
      if (afterMs <= 0) {
        await engine.configure(key, { deletion_allowed: true })
        await engine.remove(key)
      }
      return new Date(clock.now() + Math.max(0, afterMs))
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

async function isThere(engine: TransitEngine, key: string): Promise<boolean> {
  try {
    await engine.read(key)
    return true
  } catch (error) {
    if (error instanceof KeyError && error.code === 'KEY_UNKNOWN') return false
    throw error
  }
}

async function usable(engine: TransitEngine, key: string): Promise<TransitKey> {
  const info = await engine.read(key)
  if (info.state !== 'enabled') throw new KeyError('KEY_REFUSED', 'the key is disabled or being destroyed')
  return info
}

/** Makes a version that nothing is wrapped with the only one that may be used. With `deletion_allowed` no pruning looks the same. */
async function closeKey(engine: TransitEngine, key: string): Promise<void> {
  await engine.rotate(key)
  const { latest } = await engine.read(key)
  const least = { min_decryption_version: latest, min_encryption_version: latest }
  await engine.configure(key, { ...least, deletion_allowed: true })
}
