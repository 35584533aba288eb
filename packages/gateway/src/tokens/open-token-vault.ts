import type { UseLimits, VaultTokenRow } from '#db'
import { Secret, type TenantId } from '#kernel'
import type { TokenVault } from './contract.ts'
import type { TokenVaultDeps } from './deps.ts'
import { TokenVaultError } from './error.ts'
import { openValue } from './seal-value.ts'
import { isTokenName } from './token-names.ts'
import { destroyToken, fingerprintOf, isOver, tokenise, viewOf } from './tokenise.ts'
import { checkValue } from './value-rules.ts'

type Reveal = Parameters<TokenVault['reveal']>[0]

/** Values under tokens. What keys, database or audit log refuse comes as `TokenVaultError` (`TOKEN_UNAVAILABLE`), with its cause. */
export function openTokenVault(deps: TokenVaultDeps): TokenVault {
  const named = async (tenant: TenantId, token: string): Promise<VaultTokenRow | undefined> => {
    const row = isTokenName(token) ? await deps.store.get(tenant, token) : undefined
    return row === undefined || isOver(row, deps.clock.now()) ? undefined : row
  }
  const withCall = async (row: VaultTokenRow) =>
    viewOf(row, (await deps.store.callsOf(row.tenant, row.id))[0] ?? null)
  return {
    tokenise: (request) => guarded(tokenise(deps, request)),
    reveal: (o) => guarded(reveal(deps, o, named)),
    get: (tenant, token) =>
      guarded(named(tenant, token).then((row) => (row === undefined ? undefined : withCall(row)))),
    find: (o) => guarded(find(deps, o, withCall)),
    delete: (tenant, token, actor) => guarded(remove(deps, { tenant, token, actor })),
  }
}

async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof TokenVaultError) throw cause
    throw new TokenVaultError('TOKEN_UNAVAILABLE', 'the token vault cannot be used now', { cause })
  }
}

async function reveal(
  deps: TokenVaultDeps,
  { tenant, token, purpose, actor, reason }: Reveal,
  named: (tenant: TenantId, token: string) => Promise<VaultTokenRow | undefined>,
): Promise<Secret<string>> {
  const policy = deps.policy(tenant)
  const row = await named(tenant, token)
  const refuse = (why: Refusal) => refused(deps, { tenant, actor, what: 'reveal', row, why })
  if (row === undefined) throw await refuse('unknown')
  if (!row.purposes.includes(purpose)) throw await refuse('purpose')
  if (policy.revealFor !== undefined && !policy.revealFor.includes(purpose)) throw await refuse('policy')
  const now = new Date(deps.clock.now())
  const used = await deps.store.use({ tenant, token: row.id, actor, now }, policy.limits)
  if (used !== 'counted') throw await refuse(`rate-${used}`)
  // Not `why`, which is a word of ours: what somebody wrote may say more than a stream-only tenant's log keeps.
  const fields = { vaultToken: row.id, kind: row.kind, purpose, because: reason ?? null }
  await deps.audit({ type: 'token.revealed', tenant, actor, fields })
  const value = await openRow(deps, row)
  deps.count('token_revealed', { kind: row.kind })
  return value
}

async function openRow({ keys }: TokenVaultDeps, row: VaultTokenRow): Promise<Secret<string>> {
  const { tenant, id, kind } = row
  const key = await keys.openObject({ tenant, purpose: 'tokens', object: id })
  const bytes = openValue(key, row.value_sealed, { tenant, id, kind })
  key.fill(0)
  if (bytes === undefined)
    throw new TokenVaultError('TOKEN_UNAVAILABLE', 'a value was changed where it is kept')
  const value = new Secret(Buffer.from(bytes).toString('utf8'))
  bytes.fill(0)
  return value
}

async function find(
  deps: TokenVaultDeps,
  { tenant, kind, value, actor }: Parameters<TokenVault['find']>[0],
  withCall: (row: VaultTokenRow) => ReturnType<TokenVault['tokenise']>,
): ReturnType<TokenVault['find']> {
  const checked = checkValue(kind, value.reveal())
  const now = new Date(deps.clock.now())
  const used = await deps.store.use({ tenant, token: '', actor, now }, findLimits(deps.policy(tenant).limits))
  if (used !== 'counted')
    throw await refused(deps, { tenant, actor, what: 'find', row: undefined, why: `rate-${used}` })
  const row = await deps.store.byFingerprint(tenant, kind, fingerprintOf(deps, tenant, kind, checked.value))
  const found = row !== undefined && !isOver(row, now.getTime()) ? row : undefined
  await deps.audit({ type: 'token.searched', tenant, actor, fields: { kind, vaultToken: found?.id ?? null } })
  return found && withCall(found)
}

/** Searching says only who is known, but trying all values would say who they are. */
function findLimits(limits: UseLimits): UseLimits {
  return { ...limits, perToken: Number.MAX_SAFE_INTEGER }
}

async function remove(
  deps: TokenVaultDeps,
  { tenant, token, actor }: { readonly tenant: TenantId; readonly token: string; readonly actor: string },
): Promise<boolean> {
  const row = isTokenName(token) ? await deps.store.get(tenant, token) : undefined
  if (row === undefined) return false
  await deps.audit({ type: 'token.deleting', tenant, actor, fields: { vaultToken: row.id, kind: row.kind } })
  const outcome = await destroyToken(deps, row)
  if (outcome === 'held')
    throw new TokenVaultError('TOKEN_HELD', 'a legal hold stands against deleting the token')
  return outcome === 'removed'
}

type Refusal = 'unknown' | 'purpose' | 'policy' | 'rate-token' | 'rate-actor' | 'rate-tenant'

/** Puts a refusal on the audit log; the error to throw then. */
async function refused(
  deps: TokenVaultDeps,
  o: {
    readonly tenant: TenantId
    readonly actor: string
    readonly what: 'reveal' | 'find'
    readonly row: VaultTokenRow | undefined
    readonly why: Refusal
  },
): Promise<TokenVaultError> {
  const { tenant, actor, what, row, why } = o
  deps.count('token_refused', { what, why })
  const fields = { what, why, kind: row?.kind ?? null, vaultToken: row?.id ?? null }
  await deps.audit({ type: 'token.refused', tenant, actor, fields })
  if (why === 'unknown') return new TokenVaultError('TOKEN_UNKNOWN', 'there is no such token, or it expired')
  if (why === 'purpose' || why === 'policy')
    return new TokenVaultError('TOKEN_REFUSED', 'the token is not for this')
  return new TokenVaultError('TOKEN_RATE', 'too many values were asked for in the last hour')
}
