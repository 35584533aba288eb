import { constants } from 'node:crypto'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import type { Config } from '#kernel'
import type { Credentials } from './credentials.ts'

export type ListenerConfig = Config['sip']['listen'][number]

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
export function secureContextOptions(credentials: Credentials, minVersion: ListenerConfig['minVersion']) {
  return {
    cert: credentials.cert,
    key: credentials.key.reveal(),
    minVersion,
    ciphers: cipherSuites,
    honorCipherOrder: true,
    // A TLS 1.2 peer could otherwise make us pay for handshake after handshake.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(credentials.ca !== undefined && { ca: credentials.ca }),
  } satisfies SecureContextOptions
}

/** No ALPN: some peers refuse `sip`, and none needs it. */
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
