import { isP256 } from './es256.ts'
import type { CertificateFacts } from './certificate-facts.ts'

/** From the certificate that signs calls up to the root that is trusted, both included. */
export type CertificatePath = readonly [signer: CertificateFacts, ...authorities: CertificateFacts[]]

const maxAuthorities = 4 // SHAKEN has a root and at most two below it

/**
 * Finds a way from a signer's certificate to a trusted root (RFC 5280 §6.1, without policies, names and revocation). Undefined when
 * there is none. Times are for `isValidAt`, since a path is kept.
 *
 * @param others - Certificates that came with it, in any order.
 */
export function findPath(
  signer: CertificateFacts,
  others: readonly CertificateFacts[],
  roots: readonly CertificateFacts[],
): CertificatePath | undefined {
  if (signer.isAuthority || !isP256(signer.key)) return undefined
  const authorities = climb(signer, [], others, roots)
  return authorities && [signer, ...authorities]
}

function climb(
  below: CertificateFacts,
  passed: readonly CertificateFacts[],
  others: readonly CertificateFacts[],
  roots: readonly CertificateFacts[],
): CertificateFacts[] | undefined {
  if (passed.length === maxAuthorities) return undefined
  const above = (issuer: CertificateFacts) => hasIssued(issuer, below, passed.length)
  const root = roots.find(above)
  if (root) return [...passed, root]
  for (const next of others) {
    if (passed.includes(next) || !above(next)) continue
    const found = climb(next, [...passed, next], others, roots)
    if (found) return found
  }
  return undefined
}

function hasIssued(issuer: CertificateFacts, below: CertificateFacts, authoritiesBelow: number): boolean {
  if (!issuer.isAuthority || !issuer.mayCertify || issuer.maxAuthoritiesBelow < authoritiesBelow) return false
  return below.certificate.checkIssued(issuer.certificate) && below.certificate.verify(issuer.key)
}

export function isValidAt(path: CertificatePath, atMs: number): boolean {
  return path.every(({ validFromMs, validToMs }) => validFromMs <= atMs && atMs <= validToMs)
}
