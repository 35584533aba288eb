import { createHmac, timingSafeEqual } from 'node:crypto'
import { createId, type Clock, type Random, type Secret, type TenantId, type TokenId } from '#kernel'
import type { Scope } from './scopes.ts'
import { createTokenText, parseTokenText } from './token-text.ts'

/** A token as it is kept: never its text, only an HMAC of it. */
export interface TokenRow {
  readonly id: TokenId
  readonly tenant: TenantId
  readonly name: string
  /** The public beginning of the text. */
  readonly prefix: string
  /** HMAC-SHA-256 of the whole text under the pepper, lower-case hex. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly revoked_at: Date | null
  readonly last_used_at: Date | null
}

/** Where tokens are kept. Whatever fails there rejects, and then nobody gets in. */
export interface TokenStore {
  insert(row: TokenRow): Promise<void>
  /** Every token that begins so; almost always one or none. */
  byPrefix(prefix: string): Promise<readonly TokenRow[]>
  /** Newest first, those with an id below `before`. */
  list(tenant: TenantId, page: { limit: number; before?: string | undefined }): Promise<readonly TokenRow[]>
  get(tenant: TenantId, id: TokenId): Promise<TokenRow | undefined>
  /** Sets `revoked_at` unless it is set already. */
  revoke(tenant: TenantId, id: TokenId, at: Date): Promise<void>
  touch(id: TokenId, at: Date): Promise<void>
}

export interface TokenRequest {
  readonly name: string
  readonly tenant: TenantId
  readonly scopes: readonly Scope[]
  /** Undefined: it does not expire. */
  readonly expiresInMs?: number | undefined
}

export type Verified =
  | { readonly ok: true; readonly token: TokenRow }
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' | 'expired' | 'revoked' }

export interface Tokens {
  /** Makes and keeps a token. `text` is the only copy there will ever be. */
  issueToken(request: TokenRequest): Promise<{ readonly token: TokenRow; readonly text: Secret<string> }>
  /** `expired` and `revoked` are told only to who knows the whole token. Never throws on hostile text. */
  verifyToken(text: string): Promise<Verified>
  listTokens: TokenStore['list']
  getToken: TokenStore['get']
  /** Resolves once no request can use it any more; doing it again changes nothing. */
  revokeToken(tenant: TenantId, id: TokenId): Promise<void>
}

export interface TokensDeps {
  readonly store: TokenStore
  /** From the keyring, so that a stolen database alone lets nobody test guesses. */
  readonly pepper: Secret<Uint8Array>
  readonly clock: Clock
  readonly random: Random
}

const touchEveryMs = 60_000 // "last used" is for people: one write a minute is exact enough

export function openTokens(deps: TokensDeps): Tokens {
  const { store, clock } = deps
  return {
    issueToken: (request) => issue(deps, request),
    verifyToken: (text) => verify(deps, text),
    listTokens: (tenant, page) => store.list(tenant, page),
    getToken: (tenant, id) => store.get(tenant, id),
    revokeToken: (tenant, id) => store.revoke(tenant, id, new Date(clock.now())),
  }
}

async function issue(deps: TokensDeps, request: TokenRequest): ReturnType<Tokens['issueToken']> {
  const nowMs = deps.clock.now()
  const { text, prefix } = createTokenText(deps.random)
  const token: TokenRow = {
    id: createId('tok', nowMs, deps.random),
    tenant: request.tenant,
    name: request.name,
    prefix,
    hash: hash(deps.pepper, text.reveal()).toString('hex'),
    scopes: [...new Set(request.scopes)],
    created_at: new Date(nowMs),
    expires_at: request.expiresInMs === undefined ? null : new Date(nowMs + request.expiresInMs),
    revoked_at: null,
    last_used_at: null,
  }
  await deps.store.insert(token)
  return { token, text }
}

async function verify(deps: TokensDeps, text: string): Promise<Verified> {
  const parsed = parseTokenText(text)
  if (!parsed) return { ok: false, reason: 'malformed' }
  const expected = hash(deps.pepper, text)
  const candidates = await deps.store.byPrefix(parsed.prefix)
  const token = candidates.find((row) => isSame(expected, row.hash))
  if (!token) return { ok: false, reason: 'unknown' }
  const nowMs = deps.clock.now()
  if (token.revoked_at) return { ok: false, reason: 'revoked' }
  if (token.expires_at && token.expires_at.getTime() <= nowMs) return { ok: false, reason: 'expired' }
  if (nowMs - (token.last_used_at?.getTime() ?? 0) >= touchEveryMs) {
    await deps.store.touch(token.id, new Date(nowMs))
  }
  return { ok: true, token }
}

function hash(pepper: Secret<Uint8Array>, text: string): Buffer {
  return createHmac('sha256', pepper.reveal()).update(text).digest()
}

function isSame(expected: Buffer, storedHex: string): boolean {
  const stored = Buffer.from(storedHex, 'hex')
  return stored.length === expected.length && timingSafeEqual(stored, expected)
}
