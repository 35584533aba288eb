import { X509Certificate, type KeyObject } from 'node:crypto'
import {
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  fromBER,
  Integer,
  ObjectIdentifier,
  OctetString,
  Sequence,
} from 'asn1js'
import { parseTnAuthList, type TnEntry } from './tn-auth-list.ts'

/** What a certificate says that decides about STIR. */
export interface CertificateFacts {
  readonly certificate: X509Certificate
  readonly key: KeyObject
  readonly validFromMs: number
  readonly validToMs: number
  readonly isAuthority: boolean
  /** How many authorities may stand between it and the certificate at the end. */
  readonly maxAuthoritiesBelow: number
  readonly maySign: boolean
  readonly mayCertify: boolean
  /** Undefined without a TNAuthList. */
  readonly numbers: readonly TnEntry[] | undefined
}

const extensionIds = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  tnAuthList: '1.3.6.1.5.5.7.1.26', // RFC 8226 §9
} as const

/** They narrow what a certificate may sign; what cannot be enforced must not be believed. */
const narrowing: ReadonlySet<string> = new Set([
  '1.3.6.1.5.5.7.1.27', // JWTClaimConstraints, RFC 8226 §8
  '1.3.6.1.5.5.7.1.33', // EnhancedJWTClaimConstraints, RFC 9118
  '2.5.29.30', // name constraints
])

/** Critical, and without effect here: policies are those of the list of authorities, names are not compared. */
const harmless: ReadonlySet<string> = new Set([
  '2.5.29.14', // subject key identifier
  '2.5.29.17', // subject alternative name
  '2.5.29.31', // where revocation lists are
  '2.5.29.32', // certificate policies
  '2.5.29.35', // authority key identifier
  '2.5.29.37', // extended key usage: it has no value for calls
])

/** ECDSA with SHA-256 and SHA-384: STI authorities sign with nothing else. */
const signatureIds: ReadonlySet<string> = new Set(['1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3'])
const authorityCurves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1'])
const extensionsTag = 3
const digitalSignatureBit = 0
const keyCertSignBit = 5

/** Reads one certificate, PEM or DER; undefined when it is none or nothing for STIR. Survives any bytes. */
export function readCertificate(bytes: Uint8Array | string): CertificateFacts | undefined {
  try {
    const certificate = new X509Certificate(bytes)
    const key = certificate.publicKey
    const extensions = readExtensions(certificate.raw)
    if (!extensions || !signatureIds.has(certificate.signatureAlgorithmOid)) return undefined
    if (!authorityCurves.has(key.asymmetricKeyDetails?.namedCurve ?? '')) return undefined
    return readFacts(certificate, key, extensions)
  } catch {
    return undefined // OpenSSL and the ASN.1 parser throw at what is no certificate
  }
}

function readFacts(
  certificate: X509Certificate,
  key: KeyObject,
  extensions: ReadonlyMap<string, Uint8Array>,
): CertificateFacts | undefined {
  const usage = extensions.get(extensionIds.keyUsage)
  const list = extensions.get(extensionIds.tnAuthList)
  const numbers = list && parseTnAuthList(list)
  if (list && !numbers) return undefined
  return {
    certificate,
    key,
    validFromMs: certificate.validFromDate.getTime(),
    validToMs: certificate.validToDate.getTime(),
    ...readConstraints(extensions.get(extensionIds.basicConstraints)),
    // RFC 5280 §4.2.1.3: without the extension a key may be used for everything.
    maySign: usage === undefined || hasBit(usage, digitalSignatureBit),
    mayCertify: usage === undefined || hasBit(usage, keyCertSignBit),
    numbers,
  }
}

/** Values by identifier; undefined when one comes twice, or must be understood (RFC 5280 §4.2) and is not. */
function readExtensions(der: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const [toBeSigned] = sequence(der)
  if (!(toBeSigned instanceof Sequence)) return undefined
  const tagged = toBeSigned.valueBlock.value.find(
    (block) => block.idBlock.tagClass === 3 && block.idBlock.tagNumber === extensionsTag,
  )
  const values = new Map<string, Uint8Array>()
  if (tagged === undefined) return values
  const [list] = tagged instanceof Constructed ? tagged.valueBlock.value : []
  if (!(list instanceof Sequence)) return undefined
  for (const extension of list.valueBlock.value) {
    const read = extension instanceof Sequence ? readExtension(extension) : undefined
    if (!read || values.has(read.id) || !isUnderstood(read)) return undefined
    values.set(read.id, read.value)
  }
  return values
}

interface Extension {
  readonly id: string
  readonly isCritical: boolean
  readonly value: Uint8Array
}

function readExtension(extension: Sequence): Extension | undefined {
  const [id, second, third] = extension.valueBlock.value
  const isCritical = second instanceof Asn1Boolean && second.getValue()
  const value = second instanceof Asn1Boolean ? third : second
  if (!(id instanceof ObjectIdentifier) || !(value instanceof OctetString)) return undefined
  return { id: id.getValue(), isCritical, value: new Uint8Array(value.getValue()) }
}

function isUnderstood({ id, isCritical }: Extension): boolean {
  if (narrowing.has(id)) return false
  return !isCritical || harmless.has(id) || Object.values<string>(extensionIds).includes(id)
}

function readConstraints(
  der: Uint8Array | undefined,
): Pick<CertificateFacts, 'isAuthority' | 'maxAuthoritiesBelow'> {
  const [first, second] = der === undefined ? [] : sequence(der)
  const isAuthority = first instanceof Asn1Boolean && first.getValue()
  const limit = second instanceof Integer ? Number(second.toBigInt()) : Infinity
  return { isAuthority, maxAuthoritiesBelow: isAuthority ? limit : 0 }
}

function hasBit(der: Uint8Array, bit: number): boolean {
  const { result } = fromBER(der)
  if (!(result instanceof BitString)) return false
  const [first = 0] = result.valueBlock.valueHexView
  return (first & (0x80 >> bit)) !== 0
}

function sequence(der: Uint8Array): Sequence['valueBlock']['value'] {
  const { result } = fromBER(der)
  return result instanceof Sequence ? result.valueBlock.value : []
}
