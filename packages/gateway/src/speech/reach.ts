import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import {
  checkServerIdentity,
  createSecureContext,
  type ConnectionOptions,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls'

/** Where an engine is, and what is asked of whoever answers there. */
export interface ReachSettings {
  readonly url: string
  readonly caFile?: string | undefined
  readonly spkiPins: readonly string[]
  readonly dangerouslyAllowPlaintext: boolean
  /** What we prove ourselves with, where they ask. */
  readonly clientCertificate?: { readonly certFile: string; readonly keyFile: string } | undefined
}

/** The guard that stands before every address (`egressGuard` of `#webhook`); rejects when there is none that may be reached. */
export interface AddressGuard {
  resolve(url: string): Promise<{ readonly address: string; readonly family: 4 | 6 }>
}

/** A place that may be connected to now, at this address and no other. */
export interface Place {
  readonly address: string
  readonly family: 4 | 6
  readonly hostname: string
  readonly port: number
  readonly isSecure: boolean
}

export interface Reach {
  /** Rejects when the address may not be reached: plaintext goes to this machine only. */
  find(): Promise<Place>
  /** For a TLS connection to `place`. Reads the authorities again, so that renewed ones count at once; throws when it cannot. */
  tls(place: Place): ConnectionOptions
}

const loopback = /^(127\.|::1$)/

export function reach(settings: ReachSettings, guard: AddressGuard): Reach {
  const url = new URL(settings.url)
  const isSecure = url.protocol === 'wss:' || url.protocol === 'https:'
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  const context = remembered()
  return {
    async find() {
      const guarded = new URL(settings.url)
      guarded.protocol = url.protocol.startsWith('ws') ? 'wss:' : 'https:' // the guard knows no others
      const { address, family } = await guard.resolve(guarded.href)
      if (!isSecure && !(settings.dangerouslyAllowPlaintext && loopback.test(address)))
        throw new TypeError('plaintext may only go to this machine itself')
      return { address, family, hostname, port, isSecure }
    },
    tls: (place) => ({
      host: place.address,
      port: place.port,
      ...(isIP(hostname) === 0 && { servername: hostname }),
      secureContext: context(
        readOf(settings.caFile),
        readOf(settings.clientCertificate?.certFile),
        readOf(settings.clientCertificate?.keyFile),
      ),
      rejectUnauthorized: true, // not left to NODE_TLS_REJECT_UNAUTHORIZED
      ALPNProtocols: ['http/1.1'],
      // The address is not the name: what must be on the certificate is the URL's host.
      checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
        checkServerIdentity(hostname, certificate) ?? checkPins(certificate, settings.spkiPins),
    }),
  }
}

/** Making one out of all authorities costs as much as a handshake. */
function remembered(): (...files: readonly [ca: Pem, cert: Pem, key: Pem]) => SecureContext {
  let last: { readonly files: readonly Pem[]; readonly context: SecureContext } | undefined
  return (...files) => {
    if (last === undefined || files.some((file, index) => file !== last?.files[index])) {
      const [ca, cert, key] = files
      last = { files, context: createSecureContext({ minVersion: 'TLSv1.2', ca, cert, key }) }
    }
    return last.context
  }
}

type Pem = string | undefined

function readOf(file: string | undefined): Pem {
  return file === undefined ? undefined : readFileSync(file, 'utf8')
}

function checkPins(certificate: PeerCertificate, pins: readonly string[]): Error | undefined {
  if (pins.length === 0) return undefined
  const spki = new X509Certificate(certificate.raw).publicKey.export({ type: 'spki', format: 'der' })
  return pins.includes(createHash('sha256').update(spki).digest('base64'))
    ? undefined
    : Object.assign(new Error('the public key is not one that is pinned'), { code: 'PIN_MISMATCH' })
}

/** OpenSSL's verification results and our own, as opposed to a network or a handshake that failed. */
const trustFailure =
  /CERT|ISSUER|SIGNATURE|HOSTNAME|CRL|CHAIN|ALTNAME|PIN_MISMATCH|INVALID_CA|INVALID_PURPOSE|UNTRUSTED/

export function isTrustFailure(error: NodeJS.ErrnoException): boolean {
  return error.syscall === undefined && trustFailure.test(error.code ?? '')
}
