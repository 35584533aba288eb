import { Secret } from '#kernel'
import { isTokenVaultError, type TokenKind } from '#tokens'
import type { CollectSession } from './collect-session.ts'
import { askFields, HeldFields, type HeldField, type NotCollected } from './collect-fields.ts'
import type { CollectCommand, FieldKind } from './commands-collect.ts'

/** What came of it, for story, receipt and app. `told` holds no digit but what a mask leaves. */
export interface CollectReport {
  readonly outcome: string
  readonly attempts: number
  readonly told: object
  /** Something left the room that the app must hear of, even when the call is over or newer commands came. */
  readonly mustBeTold: boolean
}

/** What may be kept, and as what. */
const tokenKindOf: Readonly<Record<FieldKind, TokenKind | undefined>> = {
  'card-number': 'card',
  'card-expiry': 'card-expiry',
  'card-code': undefined,
  'postal-code': 'postal-code',
  pin: undefined,
  ssn: 'ssn',
  'bank-account': 'bank-account',
  'bank-routing': 'bank-routing',
  account: 'account',
  date: 'other',
  digits: 'other',
}

/** Has the fields keyed in and puts tokens in their place; what may not be kept is only said to have come. Never rejects. */
export async function runCollect(session: CollectSession, command: CollectCommand): Promise<CollectReport> {
  const held = new HeldFields()
  try {
    const missing = await askFields(session.room, command.fields, held)
    if (missing !== undefined) return notCollected(session, held, missing)
    const fields = await Promise.all(held.all.map((field) => tokenised(session, command, field)))
    return report('collected', held, { fields })
  } catch (error) {
    const code = isTokenVaultError(error) ? error.code : 'TOKEN_UNAVAILABLE'
    session.live.log.error('what was collected could not be kept', { code })
    return report('unavailable', held, { fields: [], why: code })
  } finally {
    held.wipeAll()
  }
}

async function tokenised(
  { live }: CollectSession,
  command: CollectCommand,
  field: HeldField,
): Promise<object> {
  const { name, kind: asked, brand, attempts, masked } = field
  const about = { name, field: asked, attempts }
  const kind = tokenKindOf[asked]
  if (kind === undefined) return { ...about, present: true }
  const view = await live.deps.tokens.tokenise({
    tenant: live.tenant,
    kind,
    value: new Secret(valueOf(field)),
    shape: kind === 'card' ? command.token_shape : 'random',
    purposes: command.purposes ?? [],
    call: live.id,
    actor: 'call',
    ...(command.token_ttl_ms !== undefined && { ttlMs: command.token_ttl_ms }),
  })
  return { ...about, token: view.token, masked, ...(brand !== undefined && { brand }) }
}

/** As the vault wants it: the one place where digits become a string. */
export function valueOf({ kind, digits }: HeldField): string {
  const text = String.fromCharCode(...digits.digits)
  return kind === 'card-expiry' ? `${text.slice(0, 2)}/${text.slice(2)}` : text
}

function notCollected(session: CollectSession, held: HeldFields, missing: NotCollected): CollectReport {
  const { name, kind, fault, attempts } = missing
  const failed = { name, field: kind, attempts, ...(fault !== undefined && { fault }) }
  return report(outcomeOf(session, missing), held, { fields: [], failed }, attempts)
}

/** Why it ended, when not all came. */
export function outcomeOf({ stopped }: CollectSession, { outcome }: NotCollected): string {
  return outcome === 'aborted' ? (stopped ?? 'aborted') : outcome
}

function report(outcome: string, held: HeldFields, told: object, more = 0): CollectReport {
  return { outcome, attempts: held.attempts + more, told, mustBeTold: false }
}
