import type { PayRequest } from './contract.ts'

/** What a placeholder stands for: bytes for details, so that none of them becomes a string; texts for the rest. */
export type Placeholders = ReadonlyMap<string, Uint8Array | string>

export type Escape = 'json' | 'form'

const marker = /\{\{([a-zA-Z0-9.]+)\}\}/g

/**
 * The bytes of a template with its placeholders filled, once: what is put in is not looked at again. What is absent is empty. The result is
 * the caller's to zero; card and account numbers are digits, which need no escaping, and go from bytes to bytes.
 */
export function fillTemplate(template: string, values: Placeholders, escape: Escape): Uint8Array {
  const parts: Uint8Array[] = []
  let at = 0
  for (const found of template.matchAll(marker)) {
    parts.push(Buffer.from(template.slice(at, found.index)))
    const value = values.get(found[1] ?? '') ?? ''
    parts.push(typeof value === 'string' ? Buffer.from(escaped(value, escape)) : value)
    at = found.index + found[0].length
  }
  parts.push(Buffer.from(template.slice(at)))
  // Not `Buffer.concat`: its result may lie in a pool that others read.
  const filled = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let to = 0
  for (const part of parts) {
    filled.set(part, to)
    to += part.length
  }
  return filled
}

function escaped(text: string, escape: Escape): string {
  return escape === 'json'
    ? JSON.stringify(text.toWellFormed()).slice(1, -1)
    : encodeURIComponent(text.toWellFormed())
}

/** A request's values by their placeholders. Bytes are borrowed from the request. */
export function placeholdersOf(request: PayRequest): Placeholders {
  const { charge, reference, idempotencyKey, call } = request
  const values = new Map<string, Uint8Array | string>([
    ['key', idempotencyKey],
    ['call', call],
    ['reference', reference ?? ''],
  ])
  if (charge !== undefined) {
    values.set('amount.minor', String(charge.amountMinor))
    values.set('amount.decimal', decimalAmount(charge.amountMinor, charge.currency))
    values.set('currency', charge.currency)
    values.set('description', charge.description)
  }
  if (request.method.kind === 'bank') {
    const { account, routing, accountType } = request.method.bank
    values.set('bank.account', account.reveal())
    values.set('bank.routing', routing.reveal())
    values.set('bank.type', accountType)
    return values
  }
  const { number, expiry, code, postalCode } = request.method.card
  values.set('card.number', number.reveal())
  values.set('card.month', String(expiry.month).padStart(2, '0'))
  values.set('card.year', String(expiry.year))
  values.set('card.year2', String(expiry.year % 100).padStart(2, '0'))
  values.set('card.postalCode', postalCode ?? '')
  if (code !== undefined) values.set('card.code', code.reveal())
  return values
}

/** An amount in the currency's own unit, as ISO 4217 divides it: `1050` of `USD` is `10.50`. */
export function decimalAmount(amountMinor: number, currency: string): string {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  const digits = String(amountMinor).padStart(maximumFractionDigits + 1, '0')
  if (maximumFractionDigits === 0) return digits
  return `${digits.slice(0, -maximumFractionDigits)}.${digits.slice(-maximumFractionDigits)}`
}
