import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { SiemError } from './error.ts'

export interface CollectorTls {
  readonly caFile?: string | undefined
  readonly serverName?: string | undefined
  readonly clientCertificate?: { readonly certFile: string; readonly keyFile: string } | undefined
  readonly fingerprints?: readonly string[] | undefined
}

/** Options for a connection to `host`. Files are read each time, so that new certificates need no restart. Throws `SiemError`. */
export function collectorTlsOptions(tls: CollectorTls, host: string): ConnectionOptions {
  const name = tls.serverName ?? host
  try {
    return {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(isIP(name) === 0 && { servername: name }), // RFC 6066 §3 has no addresses in SNI
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      ...(tls.caFile !== undefined && { ca: readFileSync(tls.caFile) }),
      ...(tls.clientCertificate && {
        cert: readFileSync(tls.clientCertificate.certFile),
        key: readFileSync(tls.clientCertificate.keyFile),
      }),
    }
  } catch (cause) {
    throw new SiemError('SIEM_TLS', 'certificates for a collector cannot be read', { cause })
  }
}

/** RFC 5425 §5.1: beside everything else, the certificate must be one of those that were named. Throws `SiemError`. */
export function checkFingerprint(socket: TLSSocket, fingerprints: CollectorTls['fingerprints']): void {
  if (fingerprints === undefined) return
  const shown = socket.getPeerX509Certificate()?.fingerprint256.toLowerCase()
  if (!fingerprints.some((wanted) => wanted.toLowerCase() === shown))
    throw new SiemError('SIEM_TLS', 'the collector’s certificate is none of those that are pinned')
}
