import 'reflect-metadata' // @peculiar/x509 finds its parts with it, and must find it loaded

import { webcrypto, type webcrypto as types } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'
import type { PemPair } from './create-pki.ts'
import { serializeTnAuthList, tnAuthListId, type TnAuthority } from './tn-auth-list.ts'

export interface StiOptions {
  /** Common name. */
  readonly name?: string
  readonly curve?: 'P-256' | 'P-384'
  /** What its issuer signs it with. */
  readonly hash?: 'SHA-256' | 'SHA-512'
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** The TNAuthList; without one there is no such extension. */
  readonly numbers?: readonly TnAuthority[]
  /** Only `keyAgreement`, so that it may sign nothing. */
  readonly mayNotSign?: boolean
  /** Further extensions. */
  readonly extensions?: readonly {
    readonly id: string
    readonly critical: boolean
    readonly der: Uint8Array
  }[]
}

/** An authority that issues certificates for signing calls (STIR, RFC 8226), held in memory. */
export interface StiAuthority {
  readonly certPem: string
  /** A fresh key and its certificate, which may sign calls. */
  issue(options?: StiOptions): Promise<PemPair>
  /** An authority below this one. */
  delegate(options?: StiAuthorityOptions): Promise<StiAuthority>
}

export interface StiAuthorityOptions extends StiOptions {
  /** How many authorities may stand below it; default: any number. */
  readonly pathLength?: number
  /** Not marked as an authority: whatever it issues is worth nothing. */
  readonly notMarked?: boolean
}

interface Issuer {
  readonly certificate: X509Certificate
  readonly keys: types.CryptoKeyPair
}

const dayMs = 24 * 60 * 60 * 1_000

/** Makes the root of a STIR test network. */
export async function createStiAuthority(options: StiAuthorityOptions = {}): Promise<StiAuthority> {
  const keys = await newKeys(options)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(options),
    name: [{ CN: [options.name ?? 'Test STI root'] }],
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [...authorityExtensions(options), await SubjectKeyIdentifierExtension.create(keys.publicKey)],
  })
  return authorityOf({ certificate, keys })
}

function authorityOf(issuer: Issuer): StiAuthority {
  return {
    certPem: issuer.certificate.toString('pem'),
    async issue(options = {}) {
      const { certificate, keys } = await certify(issuer, options, 'Test STI signer', [
        new KeyUsagesExtension(
          options.mayNotSign ? KeyUsageFlags.keyAgreement : KeyUsageFlags.digitalSignature,
          true,
        ),
      ])
      const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
      return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(key, 'PRIVATE KEY') }
    },
    async delegate(options = {}) {
      return authorityOf(await certify(issuer, options, 'Test STI authority', authorityExtensions(options)))
    },
  }
}

async function certify(
  issuer: Issuer,
  options: StiOptions,
  name: string,
  extensions: readonly Extension[],
): Promise<Issuer> {
  const keys = await newKeys(options)
  const certificate = await X509CertificateGenerator.create({
    ...validity(options),
    subject: [{ CN: [options.name ?? name] }],
    issuer: issuer.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: options.hash ?? 'SHA-256' },
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...(options.numbers
        ? [new Extension(tnAuthListId, false, toBuffer(serializeTnAuthList(options.numbers)))]
        : []),
      ...(options.extensions ?? []).map(
        ({ id, critical, der }) => new Extension(id, critical, toBuffer(der)),
      ),
    ],
  })
  return { certificate, keys }
}

function authorityExtensions(options: StiAuthorityOptions): Extension[] {
  return [
    new BasicConstraintsExtension(!options.notMarked, options.pathLength, true),
    new KeyUsagesExtension(
      options.mayNotSign ? KeyUsageFlags.keyAgreement : KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
      true,
    ),
  ]
}

function newKeys({ curve = 'P-256' }: StiOptions): Promise<types.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify'])
}

function validity({ notBefore, notAfter }: StiOptions): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return { notBefore: notBefore ?? new Date(now - dayMs), notAfter: notAfter ?? new Date(now + 30 * dayMs) }
}

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
