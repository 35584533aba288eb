import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import {
  leafHash,
  parseSignatures,
  parseTlogProof,
  parseVerifierKey,
  verifyTlogProof,
  type VerifierKey,
} from '@voxkeep/tlog'

/** One thing that was looked at. `unknown`: it could not be, and `detail` says what would be needed. */
export interface ReceiptCheck {
  readonly what: 'form' | 'signature' | 'key' | 'log' | 'content'
  readonly result: 'ok' | 'failed' | 'unknown'
  readonly detail: string
}

export interface ReceiptReport {
  /** Nothing failed. What is `unknown` in `checks` is still not proved. */
  readonly ok: boolean
  readonly checks: readonly ReceiptCheck[]
  /** What the receipt says; undefined when it has not the form of one. */
  readonly receipt: Receipt | undefined
}

export interface Receipt {
  readonly type: 'voxkeep-call-receipt'
  readonly version: 1
  readonly call: Readonly<Record<string, unknown>>
  readonly log: {
    readonly origin: string
    readonly index: number
    readonly entryHash: string
    readonly commits: string
  }
  readonly keys: readonly string[]
  readonly signatures: readonly string[]
  readonly proof?: string
  readonly [part: string]: unknown
}

/**
 * Checks a receipt with nothing but itself and the keys that one trusts. Never throws, whatever the text.
 *
 * @param trusted - Verifier keys of the gateway, had from elsewhere. Without one, that the receipt is intact can be told, but not whose it is.
 */
export function verifyReceipt(text: string, trusted: readonly VerifierKey[] = []): ReceiptReport {
  const receipt = parseReceipt(text)
  if (receipt === undefined) {
    const detail = 'this is no receipt, or one of a version that is not known here'
    return { ok: false, checks: [{ what: 'form', result: 'failed', detail }], receipt }
  }
  const named = receipt.keys.map(parseVerifierKey).filter((key) => key !== undefined)
  const checks: ReceiptCheck[] = [{ what: 'form', result: 'ok', detail: 'a call receipt, version 1' }]
  const steps = [
    () => checkContent(receipt),
    () => checkSignature(receipt, named),
    () => checkKey(receipt, trusted),
    () => checkLog(receipt, [...named, ...trusted]),
  ]
  for (const step of steps) {
    const check = step()
    checks.push(check)
    if (check.result === 'failed') return { ok: false, checks, receipt } // nothing after that is worth knowing
  }
  return { ok: true, checks, receipt }
}

function checkSignature(receipt: Receipt, named: readonly VerifierKey[]): ReceiptCheck {
  const failed = (detail: string) => ({ what: 'signature', result: 'failed', detail }) as const
  const signers = named.filter(({ kind }) => kind === 'ed25519')
  if (named.length < receipt.keys.length || signers.length === 0)
    return failed('a key that the receipt names is none')
  if (signers.some(({ name }) => name !== receipt.log.origin))
    return failed('a key that the receipt names is not of its log')
  if (receipt.signatures.length !== signers.length)
    return failed('a signature is missing, or there is one too many')
  if (!signers.every((key) => isSignedBy(receipt, key)))
    return failed('something in it was changed, or a signature is not of the key that it names')
  return { what: 'signature', result: 'ok', detail: `signed as ${receipt.log.origin}` }
}

function checkKey(receipt: Receipt, trusted: readonly VerifierKey[]): ReceiptCheck {
  if (trusted.length === 0)
    return {
      what: 'key',
      result: 'unknown',
      detail: 'whose key it is was not checked: give the gateway’s with --key',
    }
  const key = trusted.find((one) => one.kind === 'ed25519' && isSignedBy(receipt, one))
  if (key === undefined)
    return { what: 'key', result: 'failed', detail: 'it is not signed by a key that was given' }
  return { what: 'key', result: 'ok', detail: 'signed by a key that was given' }
}

/** What the log committed to before anything was signed. */
function checkContent(receipt: Receipt): ReceiptCheck {
  const { log: _log, keys: _keys, signatures: _signatures, proof: _proof, ...body } = receipt
  const hash = createHash('sha256').update(canonical(body)).digest('hex')
  return hash === receipt.log.commits
    ? { what: 'content', result: 'ok', detail: 'its content is what the log entry commits to' }
    : { what: 'content', result: 'failed', detail: 'its content is not what the log entry commits to' }
}

function checkLog({ log, proof: text }: Receipt, keys: readonly VerifierKey[]): ReceiptCheck {
  const failed = (detail: string) => ({ what: 'log', result: 'failed', detail }) as const
  if (text === undefined)
    return {
      what: 'log',
      result: 'unknown',
      detail: 'no proof that the log has it: get the receipt again after the next checkpoint',
    }
  const proof = parseTlogProof(text)
  if (proof?.extra === undefined) return failed('its proof is none')
  const leaf = proof.extra
  if (proof.index !== log.index || hex(leafHash(leaf)) !== log.entryHash)
    return failed('its proof is of another entry')
  if (committedBy(leaf) !== log.commits) return failed('the log entry commits to another receipt')
  const judged = verifyTlogProof(proof, leaf, { log: keys })
  if (!judged.ok) return failed(`its proof does not hold (${judged.why})`)
  if (judged.checkpoint.origin !== log.origin) return failed('its proof is of another log')
  const by = [...new Set(judged.by.map(({ key }) => key.kind))].join(' and ')
  return {
    what: 'log',
    result: 'ok',
    detail: `entry ${log.index} of ${log.origin}; checkpoint signed with ${by}`,
  }
}

function isSignedBy({ signatures, proof: _proof, ...content }: Receipt, key: VerifierKey): boolean {
  const note = `${canonical(content)}\n`
  const lines = parseSignatures(`${signatures.join('\n')}\n`) ?? []
  return lines.some(
    ({ name, keyId, signature }) =>
      name === key.name && keyId === key.keyId && key.verify(note, signature) !== undefined,
  )
}

function committedBy(leaf: Uint8Array): unknown {
  const entry = parseObject(new TextDecoder().decode(leaf))
  const fields = entry?.['fields']
  if (entry?.['type'] !== 'call.ended' || typeof fields !== 'object' || fields === null) return undefined
  return (fields as Record<string, unknown>)['receipt']
}

/** Undefined for text that is no receipt, or that says a thing twice. Never throws. */
function parseReceipt(text: string): Receipt | undefined {
  const found = parseObject(text)
  if (found?.['type'] !== 'voxkeep-call-receipt' || found['version'] !== 1) return undefined
  const { log, keys, signatures, proof, call } = found
  if (!isObject(log) || !isObject(call) || !isTexts(keys) || !isTexts(signatures)) return undefined
  const { origin, index, entryHash, commits } = log
  if (![origin, entryHash, commits].every((part) => typeof part === 'string')) return undefined
  if (!Number.isSafeInteger(index) || (proof !== undefined && typeof proof !== 'string')) return undefined
  // JSON may name a member twice, of which only the last is seen: what is longer than the canonical text once its spaces are gone is refused.
  return canonical(found).length === lengthWithoutSpaces(text) ? (found as Receipt) : undefined
}

/** The length of JSON text without the spaces between its parts; NaN where a number is written shorter than it is. */
function lengthWithoutSpaces(text: string): number {
  let isShortened = false
  const left = text.replace(/"(?:[^"\\]|\\.)*"|\s+|\d[eE]/g, (part) => {
    isShortened ||= /^\d/.test(part)
    return /^\s/.test(part) ? '' : part
  })
  return isShortened ? Number.NaN : left.length
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string')
}

/** RFC 8785. */
function canonical(value: object): string {
  try {
    return canonicalize(value) ?? ''
  } catch {
    return '' // half a character: no receipt of ours has one
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
