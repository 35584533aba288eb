import { createHmac } from 'node:crypto'
import type { TenantId } from '#kernel'

/** A keyed hash under which a person is found; only the holder of the tenant's key can tell whose it is. */
export type SubjectIndex = (tenant: TenantId, number: string) => string

/** @param keyOf - 32 bytes, the tenant's own. Throws where the tenant's keys are closed. */
export function subjectIndex(keyOf: (tenant: TenantId) => Uint8Array): SubjectIndex {
  return (tenant, number) =>
    createHmac('sha256', keyOf(tenant)).update(canonicalSubject(number)).digest('base64url')
}

/**
 * One spelling for one person: `+49 30 123`, `004930123`, `tel:+4930123` and `sip:+4930123@host` are the same; of a SIP address
 * whose user is no number the host counts too.
 */
export function canonicalSubject(text: string): string {
  const bare = text
    .trim()
    .replace(/^(?:sips?|tel):/i, '')
    .replace(/[;?].*$/s, '')
  const user = bare.replace(/@.*$/s, '')
  if (/^\+?[0-9 ().-]*[0-9][0-9 ().-]*$/.test(user))
    return user.replace(/[ ().-]/g, '').replace(/^(?:\+|00)/, '')
  return bare.toLowerCase()
}
