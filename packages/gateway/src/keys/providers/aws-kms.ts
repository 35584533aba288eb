import { KMSClient } from '@aws-sdk/client-kms'
import { KeyError, type KeyProvider, type ProviderKeyInfo } from '#keys'
import type { Clock, Secret } from '#kernel'
import { awsClientSettings, type AwsAddress } from '#secrets'
import { keyIdOf, kmsEngine, type KmsEngine } from './kms-engine.ts'

export interface KmsDeps {
  readonly clock: Clock
  readonly readSecret: (reference: string) => Secret<string>
}

const dayMs = 86_400_000
const leastWindowDays = 7 // the times KMS offers
const mostWindowDays = 30

/**
 * AWS KMS. A key's name is an alias (without `alias/` it is put before), a key id or an ARN, which may be of another account. `keyRef` has the
 * key's ARN and the id of its material, so that a ciphertext is opened by its own key even when the alias has moved on.
 * `scheduleDestroy` waits 7 to 30 days, as KMS does; the key refuses from the first moment.
 */
export function kmsProvider(config: AwsAddress & { readonly id: string }, deps: KmsDeps): KeyProvider {
  const client = new KMSClient(awsClientSettings(config, deps.readSecret))
  const engine = kmsEngine(config, client, deps.clock)
  const describe = async (key: string): Promise<ProviderKeyInfo> => {
    const { Arn, CreationDate: createdAt, KeyState: state, DeletionDate: destroyAt } = await engine.read(key)
    const keyRef = await engine.keyRef(Arn)
    return { keyRef, createdAt, state: stateOf(state), ...(destroyAt && { destroyAt }) }
  }
  return {
    id: config.id,
    kind: 'aws-kms',
    ensureKey: (key) => ensureKey(engine, key),
    generateDataKey: (key, context) => engine.dataKey(key, context),
    wrap: (key, plain, context) => engine.encrypt(key, plain, context),
    unwrap: (wrapped, context) => engine.decrypt(wrapped, context),
    rewrap: (wrapped, context) => engine.reEncrypt(wrapped, context),
    async rotate(key) {
      await engine.rotate((await engine.read(key)).KeyId) // which takes no alias
      return describe(key)
    },
    describe,
    async scheduleDestroy(key, afterMs) {
      const { KeyId, KeyState, DeletionDate } = await engine.read(key)
      if (KeyState === 'PendingDeletion' && DeletionDate) return DeletionDate
      const days = Math.min(mostWindowDays, Math.max(leastWindowDays, Math.ceil(afterMs / dayMs)))
      return engine.destroyIn(KeyId, days)
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  }
}

/** Makes a key and its alias. Who named an ARN or an id meant one that is there already. */
async function ensureKey(engine: KmsEngine, key: string): Promise<void> {
  if (await isThere(engine, key)) return
  const alias = keyIdOf(key)
  const made = await engine.create(`Voxkeep ${alias.slice('alias/'.length)}`)
  try {
    await engine.name(made, alias)
  } catch (error) {
    // Another node was faster, or we may not: a key without a name would be paid for and never used.
    await engine.destroyIn(made, leastWindowDays).catch(() => {})
    await engine.read(key).catch(() => {
      throw error
    })
  }
}

async function isThere(engine: KmsEngine, key: string): Promise<boolean> {
  try {
    await engine.read(key)
    return true
  } catch (error) {
    const isMissing = error instanceof KeyError && error.code === 'KEY_UNKNOWN'
    if (isMissing && keyIdOf(key).startsWith('alias/')) return false
    throw error
  }
}

function stateOf(state: string | undefined): ProviderKeyInfo['state'] {
  if (state === 'Enabled') return 'enabled'
  return state === 'PendingDeletion' || state === 'PendingReplicaDeletion' ? 'destroying' : 'disabled'
}
