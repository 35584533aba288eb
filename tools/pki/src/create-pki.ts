import 'reflect-metadata' // @peculiar/x509 finds its parts with it, and must find it loaded

import { webcrypto, type webcrypto as types } from 'node:crypto'
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  GeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
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
  /** Where the authority's revocation list is to be had. */
  readonly crlUrl?: string
  /** Where the authority's OCSP responder is. */
  readonly ocspUrl?: string
  /** Good for answering as that responder, and for nothing else. */
  readonly ocspSigning?: boolean
}

/** A certificate authority held in memory: its key is never written down and goes when the object does. */
export interface Pki {
  readonly caPem: string
  /** A fresh key and its certificate for `names` (DNS names, IP addresses, URIs); the first is the common name. */
  issue(names: readonly string[], options?: IssueOptions): Promise<PemPair>
  /** A revocation list, good for a day, of certificates that this authority issued. */
  revoke(pairs: readonly PemPair[]): Promise<string>
  /** An authority under this one, which must have been made with `subordinates`. What it issues comes with its own certificate behind it. */
  subordinate(name: string): Promise<Pki>
}

export interface PkiOptions {
  /** Common name of the authority. */
  readonly name?: string
  readonly days?: number
  /** Whether there may be authorities under this one. Default: none. */
  readonly subordinates?: boolean
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
      new BasicConstraintsExtension(true, options.subordinates === true ? 1 : 0, true),
      ...(await authorityExtensions(keys)),
    ],
  })
  return pkiOf({ certificate, keys }, '')
}

/** @param chainPem - What comes behind each certificate that is issued. */
function pkiOf(authority: Authority, chainPem: string): Pki {
  return {
    caPem: authority.certificate.toString('pem'),
    async issue(names, options = {}) {
      const { certPem, keyPem } = await issue(authority, names, options)
      return { certPem: chainPem === '' ? certPem : `${certPem}\n${chainPem}`, keyPem }
    },
    revoke: (pairs) => revoke(authority, pairs),
    async subordinate(name) {
      const under = await subordinateOf(authority, name)
      return pkiOf(under, under.certificate.toString('pem'))
    },
  }
}

async function authorityExtensions(keys: types.CryptoKeyPair) {
  return [
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ]
}

async function subordinateOf(ca: Authority, name: string): Promise<Authority> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.create({
    ...validity(30),
    subject: [{ CN: [name] }],
    issuer: ca.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      ...(await authorityExtensions(keys)),
      await AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
    ],
  })
  return { certificate, keys }
}

async function revoke(ca: Authority, pairs: readonly PemPair[]): Promise<string> {
  const { notBefore } = validity(1)
  const list = await X509CrlGenerator.create({
    issuer: ca.certificate.subjectName,
    thisUpdate: notBefore,
    nextUpdate: validity(1).notAfter,
    signingKey: ca.keys.privateKey,
    signingAlgorithm,
    entries: pairs.map(({ certPem }) => {
      return { serialNumber: new X509Certificate(certPem).serialNumber, revocationDate: notBefore }
    }),
  })
  return PemConverter.encode(list.rawData, 'X509 CRL') // what OpenSSL calls it
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
      new ExtendedKeyUsageExtension(usages(options)),
      new SubjectAlternativeNameExtension(names.map(generalName)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
      ...(options.ocspUrl === undefined
        ? []
        : [new AuthorityInfoAccessExtension({ ocsp: [new GeneralName('url', options.ocspUrl)] })]),
      ...(options.crlUrl === undefined ? [] : [new CRLDistributionPointsExtension([options.crlUrl])]),
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

function usages({ client, ocspSigning }: IssueOptions): ExtendedKeyUsage[] {
  if (ocspSigning === true) return [ExtendedKeyUsage.ocspSigning]
  return client === true
    ? [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]
    : [ExtendedKeyUsage.serverAuth]
}
