/** Why a PASSporT proves nothing. */
export type IdentityReason =
  | 'malformed' // the header, or what is in its JWS
  | 'algorithm' // not ES256
  | 'extension' // a `ppt` that is not known here
  | 'stale'
  | 'future'
  | 'caller-mismatch' // `orig` is not who calls
  | 'called-mismatch' // `dest` is not who is called, and no `div` leads there
  | 'certificate-address' // `x5u` is not HTTPS, or not what `info` says
  | 'certificate-unavailable'
  | 'certificate-malformed'
  | 'certificate-untrusted' // it leads to no authority that is trusted, or breaks the rules on the way
  | 'certificate-expired' // or not yet valid
  | 'certificate-usage' // it may not sign calls
  | 'number-not-authorised' // its TNAuthList does not cover the caller
  | 'signature'
  | 'replayed'

/** The attestation levels of SHAKEN (RFC 8588 §4). */
export type Attestation = 'A' | 'B' | 'C'

/** What came of a call's Identity headers. */
export type Verdict =
  | { readonly status: 'none' }
  | {
      readonly status: 'passed'
      /** Absent with a plain PASSporT, which attests the number itself. */
      readonly attestation?: Attestation
      readonly originationId?: string
      readonly signer: string
      /** The number that was first called, when a `div` PASSporT (RFC 8946) tells how the call came here. */
      readonly divertedFrom?: string
    }
  | {
      /** `unavailable`: nobody can say, for the certificate could not be fetched. */
      readonly status: 'failed' | 'unavailable'
      readonly reason: IdentityReason
      readonly signer?: string
    }

/** The status that RFC 8224 §6.2.2 has for it. */
export function refusalStatus(reason: IdentityReason | 'none'): number {
  switch (reason) {
    case 'none':
      return 428 // Use Identity Header
    case 'stale':
    case 'future':
      return 403 // Stale Date
    case 'certificate-address':
    case 'certificate-unavailable':
      return 436 // Bad Identity Info
    case 'certificate-malformed':
    case 'certificate-untrusted':
    case 'certificate-expired':
    case 'certificate-usage':
    case 'number-not-authorised':
      return 437 // Unsupported Credential
    case 'malformed':
    case 'algorithm':
    case 'extension':
    case 'caller-mismatch':
    case 'called-mismatch':
    case 'signature':
    case 'replayed':
      return 438 // Invalid Identity Header
  }
}
