import type { TokenVaultDeps } from './deps.ts'
import { destroyToken } from './tokenise.ts'

const batch = 200
const hourMs = 3_600_000

/** Deletes tokens whose time is over, with their keys, and keys that a crash left without a token; how many. */
export async function sweepTokens(
  deps: Pick<TokenVaultDeps, 'store' | 'keys' | 'clock' | 'audit'>,
  signal: AbortSignal,
): Promise<{ readonly tokens: number; readonly keys: number }> {
  const { store, keys } = deps
  const now = new Date(deps.clock.now())
  const hourAgo = new Date(now.getTime() - hourMs)
  await store.pruneUses(hourAgo)
  let [tokens, after] = [0, '']
  for (;;) {
    signal.throwIfAborted()
    const found = await store.expired(now, after, batch)
    for (const token of found) {
      const { tenant, id } = token
      await deps.audit({
        type: 'token.deleting',
        tenant,
        actor: 'token-sweep',
        fields: { vaultToken: id, why: 'expired' },
      })
      if ((await destroyToken(deps, token)) === 'removed') tokens++
    }
    after = found.at(-1)?.id ?? ''
    if (found.length < batch) break
  }
  const orphans = await store.orphanedKeys(hourAgo, batch)
  for (const { tenant, object } of orphans) await keys.shredObject(tenant, object)
  return { tokens, keys: orphans.length }
}
