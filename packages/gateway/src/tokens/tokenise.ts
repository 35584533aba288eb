import { createHmac } from 'node:crypto'
import type { VaultTokenRow } from '#db'
import { createId, type TenantId } from '#kernel'
import type { Tokenise, TokenKind, TokenView } from './contract.ts'
import type { TokenPolicy, TokenVaultDeps } from './deps.ts'
import { TokenVaultError } from './error.ts'
import { sealValue } from './seal-value.ts'
import { randomToken, shapedToken } from './token-names.ts'
import { checkValue, type CheckedValue } from './value-rules.ts'

const purposePattern = /^[a-z0-9][a-z0-9._-]{0,62}$/
const maxPurposes = 16
/** A shaped token may be taken, and another node may be quicker; more than this is no coincidence. */
const attempts = 8

/** Rejects with `TokenVaultError`. The audit entry comes before the row. */
export async function tokenise(deps: TokenVaultDeps, request: Tokenise): Promise<TokenView> {
  const { tenant, kind, call, actor } = request
  const policy = deps.policy(tenant)
  const checked = checkRequest(request, policy)
  if (!policy.mayKeep) {
    await deps.audit({
      type: 'token.refused',
      tenant,
      call,
      actor,
      fields: { what: 'tokenise', why: 'stream-only', kind },
    })
    throw new TokenVaultError(
      'TOKEN_REFUSED',
      'nothing of this tenant is kept; its policy does not allow tokens',
    )
  }
  const fingerprint = fingerprintOf(deps, tenant, kind, checked.value)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const known = await deps.store.byFingerprint(tenant, kind, fingerprint)
    const view =
      known === undefined ? await add(deps, request, checked, fingerprint) : await meet(deps, request, known)
    if (view !== undefined) return view
  }
  throw new TokenVaultError('TOKEN_UNAVAILABLE', 'no free token was found')
}

/** The keyed hash by which a value is found. HMAC-SHA-256, because a plain hash of so short a value could be searched through. */
export function fingerprintOf(
  { keys }: Pick<TokenVaultDeps, 'keys'>,
  tenant: TenantId,
  kind: TokenKind,
  value: string,
): string {
  const key = keys.hmacKey(tenant, 'token fingerprints')
  return createHmac('sha256', key).update(`${kind}\0${value}`).digest('hex')
}

export function viewOf(row: VaultTokenRow, call: TokenView['call']): TokenView {
  const { id, token, tenant, kind, purposes, masked, brand } = row
  return {
    id,
    token,
    tenant,
    kind: kind as TokenKind,
    purposes,
    masked,
    brand,
    call,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

/** Its data key is destroyed with it; what a crash leaves, the sweep takes. */
export async function destroyToken(
  { store, keys, clock }: Pick<TokenVaultDeps, 'store' | 'keys' | 'clock'>,
  { tenant, id }: Pick<VaultTokenRow, 'tenant' | 'id'>,
): Promise<'removed' | 'held' | 'unknown'> {
  const outcome = await store.remove(tenant, id, new Date(clock.now()))
  if (outcome === 'removed') await keys.shredObject(tenant, id)
  return outcome
}

function checkRequest({ kind, value, shape, purposes, ttlMs }: Tokenise, policy: TokenPolicy): CheckedValue {
  const isRight = purposes.length > 0 && purposes.length <= maxPurposes
  if (!isRight || !purposes.every((purpose) => purposePattern.test(purpose)))
    throw new TokenVaultError('TOKEN_INVALID', 'a token needs one to sixteen purposes: lower-case words')
  if (ttlMs !== undefined && !(ttlMs >= 1_000 && ttlMs <= policy.maxTtlMs))
    throw new TokenVaultError(
      'TOKEN_INVALID',
      'a token may not live so short or so long; see tokenVault.maxTtl',
    )
  if (shape === 'shaped' && kind !== 'card')
    throw new TokenVaultError('TOKEN_INVALID', 'only a card’s token can have the shape of its value')
  return checkValue(kind, value.reveal())
}

/** Undefined when token or value were taken meanwhile. */
async function add(
  deps: TokenVaultDeps,
  request: Tokenise,
  checked: CheckedValue,
  fingerprint: string,
): Promise<TokenView | undefined> {
  const { tenant, kind, call, actor, purposes } = request
  const nowMs = deps.clock.now()
  const id = createId('vtk', nowMs, deps.random)
  const { plain: key, ...kept } = deps.keys.newDataKey({ tenant, purpose: 'tokens', object: id })
  const value = Buffer.from(checked.value)
  let sealed: string
  try {
    sealed = sealValue(key, value, { tenant, id, kind }, deps.random)
  } finally {
    key.fill(0)
    value.fill(0)
  }
  const row: VaultTokenRow = {
    id,
    tenant,
    token: request.shape === 'shaped' ? shapedToken(checked.value, deps.random) : randomToken(deps.random),
    kind,
    fingerprint,
    value_sealed: sealed,
    masked: checked.masked,
    brand: checked.brand,
    purposes: [...new Set(purposes)],
    standalone: call === undefined,
    created_at: new Date(nowMs),
    expires_at: new Date(nowMs + (request.ttlMs ?? deps.policy(tenant).ttlMs)),
  }
  await deps.audit({
    type: 'token.making',
    tenant,
    call,
    actor,
    fields: { vaultToken: id, kind, purposes: row.purposes.join(' ') },
  })
  if (!(await deps.store.insert(row, kept, call))) return undefined
  deps.count('token_made', { kind })
  return viewOf(row, call ?? null)
}

/** The token that the value has; undefined when it expired, and went now, or was deleted meanwhile. */
async function meet(
  deps: TokenVaultDeps,
  request: Tokenise,
  known: VaultTokenRow,
): Promise<TokenView | undefined> {
  const { tenant, call, actor, kind } = request
  const nowMs = deps.clock.now()
  if (isOver(known, nowMs)) {
    if ((await destroyToken(deps, known)) === 'held')
      throw new TokenVaultError('TOKEN_HELD', 'the value’s token expired, and a legal hold keeps it')
    return undefined
  }
  const purposes = [...new Set([...known.purposes, ...request.purposes])]
  if (purposes.length > maxPurposes)
    throw new TokenVaultError('TOKEN_INVALID', 'a token has sixteen purposes at most')
  const asked = nowMs + (request.ttlMs ?? deps.policy(tenant).ttlMs)
  const expires_at = known.expires_at && new Date(Math.max(known.expires_at.getTime(), asked))
  const to = { purposes, expires_at, standalone: known.standalone || call === undefined }
  const fields = { vaultToken: known.id, kind, purposes: purposes.join(' ') }
  await deps.audit({ type: 'token.extending', tenant, call, actor, fields })
  if (!(await deps.store.extend(known, to, call))) return undefined
  return viewOf({ ...known, ...to }, call ?? null)
}

export function isOver({ expires_at: until }: Pick<VaultTokenRow, 'expires_at'>, nowMs: number): boolean {
  return until !== null && until.getTime() <= nowMs
}
