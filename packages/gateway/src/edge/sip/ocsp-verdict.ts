import { verify, X509Certificate, type KeyObject } from 'node:crypto'
import { isCertIdOf, type OcspSubject } from './ocsp-request.ts'
import { readOcspResponse, type OcspAnswer, type OcspResponse, type OcspStatus } from './ocsp-response.ts'

/** What a response is worth. */
export type OcspVerdict =
  | { readonly status: OcspStatus; /** From then on it says nothing. */ readonly untilMs: number }
  | { readonly status: 'invalid'; readonly why: OcspFault }

/** A closed set, fit for a metric's label. */
export type OcspFault =
  | 'malformed'
  | 'error' // the responder says that it has no answer
  | 'other-certificate'
  | 'signature' // not by the issuer, nor by whom it named for this
  | 'stale' // not valid now

type Basic = Extract<OcspResponse, { kind: 'basic' }>

const clockSkewMs = 5 * 60_000
/** A response without an end says that there is always a newer one (RFC 6960 §2.4). */
const withoutEndMs = 60 * 60_000
const ocspSigning = '1.3.6.1.5.5.7.3.9'
const maxCertificates = 4

/** By object identifier; nothing with SHA-1. */
const digests: Readonly<Record<string, { keyType: string; hash: string | null }>> = {
  '1.2.840.113549.1.1.11': { keyType: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { keyType: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { keyType: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { keyType: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { keyType: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { keyType: 'ec', hash: 'sha512' },
  '1.3.101.112': { keyType: 'ed25519', hash: null },
  '1.3.101.113': { keyType: 'ed448', hash: null },
}

/**
 * Judges an OCSP response about a certificate (RFC 6960 §3.2): it must be about that one, signed by its issuer or by a responder
 * that the issuer certified for the purpose, and valid now. Whether that responder's own certificate was revoked is not asked: they
 * live for days, and say so (RFC 6960 §4.2.2.2.1). Survives any bytes.
 */
export function judgeOcsp(der: Uint8Array, subject: OcspSubject, nowMs: number): OcspVerdict {
  const response = readOcspResponse(der)
  if (response === undefined) return { status: 'invalid', why: 'malformed' }
  if (response.kind === 'error') return { status: 'invalid', why: 'error' }
  const answers = response.answers.filter(({ certId }) => isCertIdOf(certId, subject))
  if (answers.length === 0) return { status: 'invalid', why: 'other-certificate' }
  if (!isSigned(response, subject.issuer, nowMs)) return { status: 'invalid', why: 'signature' }
  const current = answers.filter((answer) => isCurrent(answer, nowMs))
  const answer = current.find(({ status }) => status !== 'good') ?? current[0]
  if (answer === undefined) return { status: 'invalid', why: 'stale' }
  return { status: answer.status, untilMs: endOf(answer) }
}

function isCurrent(answer: OcspAnswer, nowMs: number): boolean {
  return answer.thisUpdateMs <= nowMs + clockSkewMs && nowMs < endOf(answer)
}

function endOf({ thisUpdateMs, nextUpdateMs }: OcspAnswer): number {
  return nextUpdateMs ?? thisUpdateMs + withoutEndMs
}

function isSigned(response: Basic, issuer: X509Certificate, nowMs: number): boolean {
  if (isSignedBy(response, issuer.publicKey)) return true
  return response.certificates.slice(0, maxCertificates).some((der) => {
    const responder = certificateOf(der)
    return (
      responder !== undefined &&
      mayAnswerFor(responder, issuer, nowMs) &&
      isSignedBy(response, responder.publicKey)
    )
  })
}

function isSignedBy({ signatureAlgorithm, signed, signature }: Basic, key: KeyObject): boolean {
  const known = Object.hasOwn(digests, signatureAlgorithm) ? digests[signatureAlgorithm] : undefined
  if (known === undefined || known.keyType !== key.asymmetricKeyType) return false
  try {
    return verify(known.hash, signed, key, signature)
  } catch {
    return false
  }
}

/** RFC 6960 §4.2.2.2: certified for this, by the very key that certified what is asked about. */
function mayAnswerFor(responder: X509Certificate, issuer: X509Certificate, nowMs: number): boolean {
  const { validFromDate, validToDate } = responder
  return (
    responder.keyUsage?.includes(ocspSigning) === true && // what Node calls the extended key usage
    validFromDate.getTime() <= nowMs &&
    nowMs <= validToDate.getTime() &&
    responder.checkIssued(issuer) &&
    responder.verify(issuer.publicKey)
  )
}

function certificateOf(der: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der)
    return certificate.publicKey.type === 'public' ? certificate : undefined
  } catch {
    return undefined
  }
}
