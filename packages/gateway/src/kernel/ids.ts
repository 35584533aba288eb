declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export type CallId = Brand<string, 'CallId'>
export type LegId = Brand<string, 'LegId'>
export type StreamId = Brand<string, 'StreamId'>
export type RecordingId = Brand<string, 'RecordingId'>
export type TranscriptId = Brand<string, 'TranscriptId'>
export type EventId = Brand<string, 'EventId'>
export type TokenId = Brand<string, 'TokenId'>
export type AlertId = Brand<string, 'AlertId'>
export type TenantId = Brand<string, 'TenantId'>
export type TrunkId = Brand<string, 'TrunkId'>
export type BackupId = Brand<string, 'BackupId'>
export type TenantKeyId = Brand<string, 'TenantKeyId'>
export type HoldId = Brand<string, 'HoldId'>
export type SubjectRequestId = Brand<string, 'SubjectRequestId'>
export type VaultTokenId = Brand<string, 'VaultTokenId'>
export type PaymentId = Brand<string, 'PaymentId'>
export type ConsentId = Brand<string, 'ConsentId'>
export type AppId = Brand<string, 'AppId'>

interface IdKinds {
  call: CallId
  leg: LegId
  strm: StreamId
  rec: RecordingId
  trn: TranscriptId
  evt: EventId
  tok: TokenId
  alrt: AlertId
  tky: TenantKeyId
  bak: BackupId
  hold: HoldId
  dsr: SubjectRequestId
  cns: ConsentId
  vtk: VaultTokenId
  pay: PaymentId
}

/** Where chance comes from: `bytes(n)` returns n unpredictable bytes that the caller owns. */
export interface Random {
  bytes(count: number): Uint8Array
}

/**
 * A fresh id: a prefix and 128 bits as 32 hex digits, of which the first 48 are the time, so ids sort by age.
 * The hex part is what a Twilio-style SID carries (`CA…`, `MZ…`, `RE…`).
 */
export function createId<K extends keyof IdKinds>(kind: K, nowMs: number, random: Random): IdKinds[K] {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0')
  return `${kind}_${time}${hex(random.bytes(10))}` as IdKinds[K]
}

/** When an id was made, in ms since 1970. */
export function timeOfId(id: string): number {
  const at = id.indexOf('_') + 1
  return Number.parseInt(id.slice(at, at + 12), 16)
}

/** Twilio's prefixes: an account, a call or leg, a stream, a recording, a payment, a relay session, an API key, a conference. */
export const sidPrefixes = ['AC', 'CA', 'MZ', 'RE', 'PK', 'VX', 'SK', 'CF'] as const
export type SidPrefix = (typeof sidPrefixes)[number]

/** The same 128 bits in Twilio's spelling, for example `CA` + 32 hex digits. */
export function sid(prefix: SidPrefix, id: string): string {
  return prefix + id.slice(id.indexOf('_') + 1)
}

/**
 * An id of ours, or its SID, as a UUID: version 7 (RFC 9562), by its time and its chance, of which six bits give way to what a UUID says of itself. One way:
 * the id is not found again from it.
 */
export function uuid(idOrSid: string): string {
  const hex = idOrSid.slice(-32)
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  const [a, b, c, d, e] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(13, 16),
    hex.slice(17, 20),
    hex.slice(20),
  ]
  return `${a}-${b}-7${c}-${variant}${d}-${e}`
}

/** What `sid()` made of an id, undone: a call and a leg are both `CA…`, so the caller says which kind it looks for. */
export function idOfSid<K extends keyof IdKinds>(
  kind: K,
  prefix: SidPrefix,
  text: string,
): IdKinds[K] | undefined {
  return text.startsWith(prefix) ? parseId(kind, `${kind}_${text.slice(2).toLowerCase()}`) : undefined
}

export function parseId<K extends keyof IdKinds>(kind: K, text: string): IdKinds[K] | undefined {
  const ok =
    text.length === kind.length + 33 && text.startsWith(`${kind}_`) && /^[0-9a-f]{32}$/.test(text.slice(-32))
  return ok ? (text as IdKinds[K]) : undefined
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
