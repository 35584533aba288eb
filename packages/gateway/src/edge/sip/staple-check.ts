import { X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { judgeOcsp, type OcspVerdict } from './ocsp-verdict.ts'
import type { TrunkOutbound } from './trunk.ts'

/** What to make of the OCSP response that a peer staples to its handshake (RFC 6066 §8). */
export interface StapleCheck {
  readonly policy: TrunkOutbound['ocsp']
  /** Wall-clock milliseconds. */
  readonly now: () => number
  /** Hears what came of each. */
  readonly onResult: (result: OcspVerdict['status'] | 'none') => void
}

/** Whether the peer, whose chain was verified, is to be refused for what it staples, or does not. */
export function isRefused(socket: TLSSocket, staple: Uint8Array | undefined, check: StapleCheck): boolean {
  if (check.policy === 'off') return false
  const status = staple && staple.length > 0 ? statusOf(socket, staple, check.now()) : 'none'
  check.onResult(status)
  return status === 'revoked' || (check.policy === 'required' && status !== 'good')
}

function statusOf(socket: TLSSocket, staple: Uint8Array, nowMs: number): OcspVerdict['status'] {
  const peer = socket.getPeerCertificate(true)
  const above = (peer as Partial<DetailedPeerCertificate>).issuerCertificate
  if (above === undefined) return 'invalid'
  try {
    const [certificate, issuer] = [new X509Certificate(peer.raw), new X509Certificate(above.raw)]
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return 'invalid'
    return judgeOcsp(staple, { certificate, issuer }, nowMs).status
  } catch {
    return 'invalid' // a certificate that is good enough for OpenSSL's chain need not be for Node
  }
}
