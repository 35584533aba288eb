import { maxLeafBytes } from '@voxkeep/tlog'
import type { CallId, Secret, TenantId } from '#kernel'
import { fitsLeaf, leafOf, type AuditValue } from './entry.ts'
import { AuditError } from './error.ts'
import { hidePerson, pseudonyms } from './pseudonym.ts'
import type { Draft } from './tenant-log.ts'

export interface AuditEvent {
  readonly type: string
  readonly tenant: TenantId
  readonly call?: CallId | undefined
  /** Who acts: `token:tok_…`, `trunk:…`, `app:…`, `system`. */
  readonly actor: string
  readonly fields: Readonly<Record<string, AuditValue>>
}

/** A tenant's key for pseudonyms; throws while the tenant's keys are closed. */
export type NumberKey = (tenant: TenantId) => Secret<Uint8Array>

/** Each character of a text may take six bytes of a leaf. */
const surelyFits = maxLeafBytes / 8

/**
 * The entry that an event makes, with pseudonyms for persons' numbers. Throws `AuditError`: `AUDIT_TOO_LARGE`; and what `numberKey`
 * throws, but only where there is a number to hide.
 */
export function draftOf(event: AuditEvent, at: string, numberKey: NumberKey): Draft {
  const pseudonym = (text: string) => pseudonyms(numberKey(event.tenant))(text)
  const fields = Object.entries(event.fields).map(([name, value]) => [
    name.toWellFormed(),
    cleanValue(value, pseudonym),
  ])
  const draft: Draft = {
    type: event.type.toWellFormed(),
    tenant: event.tenant,
    at,
    call: event.call ?? null,
    actor: hidePerson(event.actor.toWellFormed(), pseudonym),
    fields: Object.fromEntries(fields) as AuditEvent['fields'],
  }
  if (!fits(draft)) throw new AuditError('AUDIT_TOO_LARGE', 'an audit entry has at most 65,535 bytes')
  return draft
}

function fits(draft: Draft): boolean {
  let characters = draft.actor.length + draft.type.length
  for (const [name, value] of Object.entries(draft.fields))
    characters += name.length + String(value).length + 8
  return characters < surelyFits || fitsLeaf(leafOf({ ...draft, index: Number.MAX_SAFE_INTEGER }))
}

/** Canonical JSON knows neither NaN nor half a character. */
function cleanValue(value: AuditValue, pseudonym: (text: string) => string): AuditValue {
  if (typeof value === 'string') return hidePerson(value.toWellFormed(), pseudonym)
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
