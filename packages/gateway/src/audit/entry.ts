import canonicalize from 'canonicalize'
import { leafHash, maxLeafBytes } from '@voxkeep/tlog'
import { parseId, type CallId, type TenantId } from '#kernel'

export type AuditValue = string | number | boolean | null

export interface AuditEntry {
  /** Its place in its tenant's log: from 0, without gaps. */
  readonly index: number
  /** ISO 8601, UTC. */
  readonly at: string
  readonly tenant: TenantId
  readonly call: CallId | null
  readonly type: string
  readonly actor: string
  readonly fields: Readonly<Record<string, AuditValue>>
  /** Lower-case hex of the leaf's hash (RFC 9162 §2.1.1): what the log's tree holds of this entry. */
  readonly hash: string
}

const encoder = new TextEncoder()

/** The entry's leaf: its canonical JSON (RFC 8785), exactly the text that is hashed. */
export function leafOf({ index, at, tenant, call, type, actor, fields }: Omit<AuditEntry, 'hash'>): string {
  const leaf = canonicalize({ index, at, tenant, call, type, actor, fields })
  if (leaf === undefined) throw new TypeError('an audit entry is an object')
  return leaf
}

/** Whether a leaf's text fits into an entry bundle. */
export function fitsLeaf(leaf: string): boolean {
  return Buffer.byteLength(leaf) <= maxLeafBytes
}

export function hashOfLeaf(leaf: string): Uint8Array {
  return leafHash(encoder.encode(leaf))
}

/** Reads a leaf; undefined when its text is not exactly what `leafOf` writes. Never throws. */
export function readLeaf(leaf: string): AuditEntry | undefined {
  const body = parseBody(leaf)
  if (body === undefined || leafOf(body) !== leaf) return undefined
  return { ...body, hash: Buffer.from(hashOfLeaf(leaf)).toString('hex') }
}

function parseBody(text: string): Omit<AuditEntry, 'hash'> | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null) return undefined
  const { index, at, tenant, call, type, actor, fields } = json as Record<string, unknown>
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return undefined
  const callId = call === null ? null : typeof call === 'string' ? parseId('call', call) : undefined
  if (callId === undefined || typeof fields !== 'object' || fields === null) return undefined
  if (!Object.entries(fields).every(([name, value]) => isText(name) && isValue(value))) return undefined
  if (!isTime(at) || ![tenant, type, actor].every(isText)) return undefined
  return { index, at, tenant, call: callId, type, actor, fields } as Omit<AuditEntry, 'hash'>
}

/** What canonical JSON knows: whoever changed an entry may have put anything there. */
function isValue(value: unknown): value is AuditValue {
  return value === null || typeof value === 'boolean' || Number.isFinite(value) || isText(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

/** As `toISOString` writes it, from 1970 to 9999. */
function isTime(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-/.test(value)) return false
  const at = Date.parse(value)
  return at >= 0 && new Date(at).toISOString() === value
}
