import 'reflect-metadata' // @peculiar/x509 finds its parts with it, and must find it loaded

import { webcrypto, type webcrypto as types } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'
import { generalName } from './general-name.ts'

export interface PemPair {
  /** The leaf alone; it chains to `Pki.caPem`. */
  readonly certPem: string
  /** PKCS #8, P-256. */
  readonly keyPem: string
}

export interface IssueOptions {
  /** Also good for proving oneself as a TLS client; by default only as a server. */
  readonly client?: boolean
  readonly days?: number
}

/** A certificate authority held in memory: its key is never written down and goes when the object does. */
export interface Pki {
  readonly caPem: string
  /** A fresh key and its certificate for `names` (DNS names, IP addresses, URIs); the first is the common name. */
  issue(names: readonly string[], options?: IssueOptions): Promise<PemPair>
}

export interface PkiOptions {
  /** Common name of the authority. */
  readonly name?: string
  readonly days?: number
}

interface Authority {
  readonly certificate: X509Certificate
  readonly keys: types.CryptoKeyPair
}

const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const
const dayMs = 24 * 60 * 60 * 1_000
const clockSkewMs = 5 * 60 * 1_000 // a peer whose clock is a little behind still accepts a new certificate

/** Makes an authority for tests, demos and first installations. */
export async function createPki(options: PkiOptions = {}): Promise<Pki> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(options.days ?? 365),
    name: [{ CN: [options.name ?? 'Voxkeep local CA'] }],
    signingAlgorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    caPem: certificate.toString('pem'),
    issue: (names, issueOptions = {}) => issue({ certificate, keys }, names, issueOptions),
  }
}

async function issue(ca: Authority, names: readonly string[], options: IssueOptions): Promise<PemPair> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.create({
    ...validity(options.days ?? 90),
    subject: [{ CN: [names[0] ?? 'localhost'] }],
    issuer: ca.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(usages(options.client ?? false)),
      new SubjectAlternativeNameExtension(names.map(generalName)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(key, 'PRIVATE KEY') }
}

function newKeys(): Promise<types.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return { notBefore: new Date(now - clockSkewMs), notAfter: new Date(now + days * dayMs) }
}

function usages(client: boolean): ExtendedKeyUsage[] {
  return client ? [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth] : [ExtendedKeyUsage.serverAuth]
}
