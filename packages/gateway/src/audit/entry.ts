import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { parseId, type CallId, type TenantId } from '#kernel'
import type { StoredEntry } from './store.ts'

export type AuditValue = string | number | boolean | null

export interface AuditEntry {
  /** From 1, without gaps. */
  readonly seq: number
  /** ISO 8601, UTC. */
  readonly at: string
  readonly tenant: TenantId
  readonly call: CallId | null
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, AuditValue>>
  /** Lower-case hex of SHA-256 over the hash before (32 bytes; zeros before the first) and this entry's canonical JSON. */
  readonly hash: string
}

/** What stands before the first entry. */
export const genesisHash = '0'.repeat(64)

/** The entry in its canonical form (RFC 8785), chained to `previousHash`, as the store keeps it. */
export function sealEntry(entry: Omit<AuditEntry, 'hash'>, previousHash: string): StoredEntry {
  const body = bodyOf(entry)
  const { seq, tenant, call } = entry
  return { seq, tenant, call_id: call, body, hash: hashEntry(previousHash, body) }
}

export function hashEntry(previousHash: string, body: string): string {
  return createHash('sha256').update(previousHash, 'hex').update(body, 'utf8').digest('hex')
}

/** Reads a stored entry; undefined when its text is not exactly what `sealEntry` writes, or its columns say something else. Never throws. */
export function readEntry(stored: StoredEntry): AuditEntry | undefined {
  const body = parseBody(stored.body)
  if (body === undefined || bodyOf(body) !== stored.body) return undefined
  const agrees = body.seq === stored.seq && body.tenant === stored.tenant && body.call === stored.call_id
  return agrees && /^[0-9a-f]{64}$/.test(stored.hash) ? { ...body, hash: stored.hash } : undefined
}

function bodyOf({ seq, at, tenant, call, type, actor, fields }: Omit<AuditEntry, 'hash'>): string {
  const body = canonicalize({ seq, at, tenant, call, type, actor, fields })
  if (body === undefined) throw new TypeError('an audit entry is an object')
  return body
}

function parseBody(text: string): Omit<AuditEntry, 'hash'> | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null) return undefined
  const { seq, at, tenant, call, type, actor, fields } = json as Record<string, unknown>
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return undefined
  const callId = call === null ? null : typeof call === 'string' ? parseId('call', call) : undefined
  if (callId === undefined || typeof fields !== 'object' || fields === null) return undefined
  if (!Object.values(fields).every(isValue)) return undefined
  for (const text of [at, tenant, type, actor]) if (typeof text !== 'string') return undefined
  return { seq, at, tenant, call: callId, type, actor, fields } as Omit<AuditEntry, 'hash'>
}

function isValue(value: unknown): value is AuditValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}
