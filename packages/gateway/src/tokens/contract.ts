import type { CallId, Secret, TenantId, VaultTokenId } from '#kernel'

/** What a token stands for. Card security codes and PINs are not among them: those are never kept. */
export const tokenKinds = [
  'card',
  'card-expiry',
  'bank-account',
  'bank-routing',
  'iban',
  'ssn',
  'national-id',
  'postal-code',
  'account',
  'phone',
  'email',
  'person',
  'address',
  'other',
] as const
export type TokenKind = (typeof tokenKinds)[number]

/**
 * `random`: `vt_…`. `shaped`: digits of the same number as the value, its last four kept and never passing Luhn, so that nobody takes it
 * for a card; for `card` only.
 */
export type TokenShape = 'random' | 'shaped'

export interface Tokenise {
  readonly tenant: TenantId
  readonly kind: TokenKind
  readonly value: Secret<string>
  readonly shape?: TokenShape
  /** What it may be used for; revealing it for anything else is refused. At least one. */
  readonly purposes: readonly string[]
  readonly call?: CallId
  /** Default: the tenant's policy. */
  readonly ttlMs?: number
  /** Who asks: `call`, or a token's id. */
  readonly actor: string
}

/** What may be shown of a token: nothing that brings the value back. */
export interface TokenView {
  /** What the audit log calls it; a shaped token could be taken for a number there. */
  readonly id: VaultTokenId
  readonly token: string
  readonly tenant: TenantId
  readonly kind: TokenKind
  readonly purposes: readonly string[]
  /** `**** 1234`; empty for kinds of which nothing may be shown. */
  readonly masked: string
  /** Of a card: `visa`, … */
  readonly brand: string | null
  readonly call: CallId | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
}

/**
 * Values under random tokens, in a schema and under a key of their own. The same value of the same tenant and kind gets the same token while that lives,
 * found by a keyed fingerprint. Every promise rejects with `TokenVaultError`.
 */
export interface TokenVault {
  tokenise(request: Tokenise): Promise<TokenView>
  /** On the audit log before it returns; refused (`TOKEN_REFUSED`) outside its purposes, past its rate (`TOKEN_RATE`), or once it expired (`TOKEN_UNKNOWN`). */
  reveal(o: {
    readonly tenant: TenantId
    readonly token: string
    readonly purpose: string
    readonly actor: string
    readonly reason?: string
  }): Promise<Secret<string>>
  get(tenant: TenantId, token: string): Promise<TokenView | undefined>
  /** The token of a value, if there is one: by keyed fingerprint, the value is not stored for it. On the audit log, and counted as revealing is: it says who is known. */
  find(o: {
    readonly tenant: TenantId
    readonly kind: TokenKind
    readonly value: Secret<string>
    readonly actor: string
  }): Promise<TokenView | undefined>
  /** Its key is destroyed with it. False when there was none. */
  delete(tenant: TenantId, token: string, actor: string): Promise<boolean>
}
