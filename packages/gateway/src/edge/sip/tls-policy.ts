import { constants } from 'node:crypto'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import type { Config } from '#kernel'
import type { Credentials } from './credentials.ts'

export type ListenerConfig = Config['sip']['listen'][number]
export type MinVersion = ListenerConfig['minVersion']

/** Forward secrecy and authenticated encryption only; 256 bits first, for "AES-256" is what is asked of us. */
export const cipherSuites = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':')

/** What every TLS connection of the edge has in common, whichever side opened it. */
export function secureContextOptions(credentials: Omit<Credentials, 'digest'>, minVersion: MinVersion) {
  const { own, ca, crl } = credentials
  return {
    ...(own && { cert: own.cert, key: own.key.reveal() }),
    minVersion,
    ciphers: cipherSuites,
    honorCipherOrder: true,
    // A TLS 1.2 peer could otherwise make us pay for handshake after handshake. No tickets: a SIP connection lives long, and a
    // resumed session would outlive the certificate, and the revocation list, that its peer was judged by.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
    ...(ca !== undefined && { ca }),
    ...(crl !== undefined && { crl }),
  } satisfies SecureContextOptions
}

/** No ALPN: some peers refuse `sip`, and none needs it. A client's offer is passed over in silence. */
export function serverOptions(
  listener: ListenerConfig,
  credentials: Credentials,
  handshakeTimeoutMs: number,
) {
  return {
    ...secureContextOptions(credentials, listener.minVersion),
    requestCert: listener.clientCertificates !== 'off',
    rejectUnauthorized: listener.clientCertificates === 'required',
    handshakeTimeout: handshakeTimeoutMs,
  } satisfies TlsOptions
}
