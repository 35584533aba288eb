import { createHash, type X509Certificate } from 'node:crypto'
import { BitString, fromBER, Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js'
import type { CertId } from './ocsp-response.ts'

/** A certificate, and the one that signed it. */
export interface OcspSubject {
  readonly certificate: X509Certificate
  readonly issuer: X509Certificate
}

const hashes: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
/** RFC 5019 §2.1.1 asks for it, and public responders know no other. It names the issuer, no more. */
const sha1 = '1.3.14.3.2.26'

/** Asks about one certificate (RFC 6960 §4.1), unsigned and without a nonce, so that responders may answer from a cache. */
export function serializeOcspRequest(subject: OcspSubject): Uint8Array {
  const request = sequence(certIdBlock(certIdOf(subject, sha1)))
  return new Uint8Array(sequence(sequence(sequence(request))).toBER())
}

function certIdBlock({ hashAlgorithm, issuerNameHash, issuerKeyHash, serial }: CertId): Sequence {
  const algorithm = sequence(new ObjectIdentifier({ value: hashAlgorithm }), new Null())
  return sequence(
    algorithm,
    new OctetString({ valueHex: issuerNameHash }),
    new OctetString({ valueHex: issuerKeyHash }),
    Integer.fromBigInt(serial),
  )
}

/** Whether this is the name of that certificate, made with whichever hash. */
export function isCertIdOf(certId: CertId, subject: OcspSubject): boolean {
  if (!Object.hasOwn(hashes, certId.hashAlgorithm)) return false
  const { issuerNameHash, issuerKeyHash, serial } = certIdOf(subject, certId.hashAlgorithm)
  return (
    serial === certId.serial &&
    Buffer.compare(issuerNameHash, certId.issuerNameHash) === 0 &&
    Buffer.compare(issuerKeyHash, certId.issuerKeyHash) === 0
  )
}

/** Of the subject, with the hash that this object identifier stands for. */
export function certIdOf({ certificate, issuer }: OcspSubject, hashAlgorithm: string): CertId {
  const hash = (bytes: Uint8Array) =>
    createHash(hashes[hashAlgorithm] ?? '')
      .update(bytes)
      .digest()
  return {
    hashAlgorithm,
    issuerNameHash: hash(nameOf(issuer)),
    issuerKeyHash: hash(keyBitsOf(issuer)),
    serial: serialOf(certificate),
  }
}

/** There are negative ones, though there should not be (RFC 5280 §4.1.2.2). */
function serialOf({ serialNumber }: X509Certificate): bigint {
  return serialNumber.startsWith('-') ? -BigInt(`0x${serialNumber.slice(1)}`) : BigInt(`0x${serialNumber}`)
}

/** The subject's name as the certificate has it, in DER. */
function nameOf(certificate: X509Certificate): Uint8Array {
  const [tbs] = items(certificate.raw)
  const fields = tbs instanceof Sequence ? tbs.valueBlock.value : []
  const hasVersion = fields[0]?.idBlock.tagClass === 3
  const name = fields[hasVersion ? 5 : 4]
  if (name === undefined) throw new TypeError('a certificate has a subject')
  return name.valueBeforeDecodeView
}

/** The key without its algorithm. */
function keyBitsOf({ publicKey }: X509Certificate): Uint8Array {
  const [, bits] = items(publicKey.export({ type: 'spki', format: 'der' }))
  if (!(bits instanceof BitString)) throw new TypeError('a key is a BIT STRING')
  return bits.valueBlock.valueHexView
}

function items(der: Uint8Array): Sequence['valueBlock']['value'] {
  const { result } = fromBER(der)
  return result instanceof Sequence ? result.valueBlock.value : []
}

function sequence(...value: (Sequence | ObjectIdentifier | Null | OctetString | Integer)[]): Sequence {
  return new Sequence({ value })
}
