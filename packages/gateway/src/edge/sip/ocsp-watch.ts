import { X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import type { Clock, Log } from '#kernel'
import type { Count } from './connection.ts'
import { certificatePems, type CertifiedKey } from './credentials.ts'
import { certificateStatus } from './events.ts'
import { ocspKeeper, type FetchOcsp, type OcspKeeper, type RevocationStatus } from './ocsp-keeper.ts'
import type { OcspSubject } from './ocsp-request.ts'

/** A certificate of ours, and where to ask about it. */
export interface OwnCertificate {
  /** `listener 5061`, `trunk acme`. */
  readonly certificate: string
  readonly own: CertifiedKey
  /** Authorities that we know. */
  readonly ca: string | undefined
  /** Instead of the responder that the certificate names. */
  readonly url: string | undefined
}

export interface CertificateStatus {
  readonly certificate: string
  readonly status: RevocationStatus
}

export interface OcspWatch extends Disposable {
  /** The certificates in use are others than before. */
  refresh(): void
  /** What peers who ask are shown beside this certificate. */
  staple(own: CertifiedKey): Uint8Array | undefined
  /** Of the certificates that have a responder. */
  statuses(): readonly CertificateStatus[]
}

export interface OcspWatchDeps {
  readonly clock: Clock
  readonly log: Log
  readonly count: Count
  readonly fetch: FetchOcsp
  /** Those in use now. */
  readonly certificates: () => readonly OwnCertificate[]
  /** Hears whenever a responder says something else of a certificate than before. */
  readonly onStatus: (status: CertificateStatus) => void
}

interface Watched {
  readonly own: CertifiedKey
  /** undefined: there is no responder, or nobody knows the issuer. */
  readonly keeper: OcspKeeper | undefined
}

/** Keeps the OCSP responses of the certificates in use, and tells when one was revoked: what to do about it is for people. */
export function ocspWatch(deps: OcspWatchDeps): OcspWatch {
  let watched = new Map<string, Watched>()

  function look(): void {
    const before = watched
    watched = new Map()
    for (const one of deps.certificates()) {
      const known = before.get(one.certificate)
      if (known?.own === one.own) before.delete(one.certificate)
      watched.set(one.certificate, known?.own === one.own ? known : { own: one.own, keeper: open(one) })
    }
    for (const { keeper } of before.values()) keeper?.[Symbol.dispose]()
  }

  function open({ certificate, own, ca, url }: OwnCertificate): OcspKeeper | undefined {
    const asked = askedAbout(own, ca, url)
    if (asked === undefined) return undefined
    const onStatus = (status: RevocationStatus) => {
      certificateStatus(deps.log, certificate, status)
      deps.onStatus({ certificate, status })
    }
    return ocspKeeper({ ...deps, onStatus }, asked)
  }

  look()
  return {
    refresh: look,
    staple: (own) => [...watched.values()].find((one) => one.own === own)?.keeper?.staple(),
    statuses: () =>
      [...watched].flatMap(([certificate, { keeper }]) =>
        keeper ? [{ certificate, status: keeper.status }] : [],
      ),
    [Symbol.dispose]() {
      for (const { keeper } of watched.values()) keeper?.[Symbol.dispose]()
      watched.clear()
    },
  }
}

/** Undefined when there is no responder to ask, or nobody knows who issued the certificate. */
function askedAbout(
  own: CertifiedKey,
  ca: string | undefined,
  url: string | undefined,
): { subject: OcspSubject; url: string } | undefined {
  const [certificate, ...others] = certificatesIn(own.cert)
  const at = url ?? (certificate && responderOf(certificate))
  if (certificate === undefined || at === undefined) return undefined
  const issuer =
    issuerOf(certificate, [...others, ...certificatesIn(ca ?? '')]) ??
    issuerOf(certificate, getCACertificates('default').flatMap(certificatesIn))
  return issuer && { subject: { certificate, issuer }, url: at }
}

function certificatesIn(pem: string): X509Certificate[] {
  return certificatePems(pem).map((one) => new X509Certificate(one))
}

function issuerOf(
  certificate: X509Certificate,
  among: readonly X509Certificate[],
): X509Certificate | undefined {
  return among.find((one) => {
    try {
      return certificate.checkIssued(one) && certificate.verify(one.publicKey)
    } catch {
      return false // a key of a kind that Node does not know
    }
  })
}

/** The first that is reached by HTTP (RFC 5280 §4.2.2.1). */
function responderOf({ infoAccess }: X509Certificate): string | undefined {
  return /^OCSP - URI:(https?:\/\/\S+)$/m.exec(infoAccess ?? '')?.[1]
}
