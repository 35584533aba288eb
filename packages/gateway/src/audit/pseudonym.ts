import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import type { Secret } from '#kernel'

/** Text that as a whole is a phone number or a SIP or tel address: what identifies a person on the phone. */
const person = /^(?:(?:sips?|tel):.+|\+[0-9]+|\+?[0-9][0-9 ().-]{4,24}[0-9]|.+@[^@]+)$/i

/** A keyed hash that stands for a person's number: the same number gives the same text, and only the key's holder can tell whose. */
export type Pseudonym = (text: string) => string

export function pseudonyms(key: Secret<Uint8Array>): Pseudonym {
  return (text) =>
    `person:${createHmac('sha256', key.reveal()).update(canonicalNumber(text)).digest('base64url').slice(0, 27)}`
}

/** The text itself, or its pseudonym when it is a person's number. Times, ids, addresses and hashes are not. */
export function hidePerson(text: string, pseudonym: Pseudonym): string {
  return person.test(text) && isIP(text) === 0 && !isTime(text) ? pseudonym(text) : text
}

/** `+49 30 123`, `tel:+4930123` and `sip:+4930123@host` are one number. */
function canonicalNumber(text: string): string {
  const user = text.replace(/^(?:sips?|tel):/i, '').replace(/[@;].*$/s, '')
  return /^\+?[0-9 ().-]+$/.test(user) ? user.replace(/[ ().-]/g, '') : user.toLowerCase()
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(?:T|$)/.test(text) && !Number.isNaN(Date.parse(text))
}
