import {
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  Enumerated,
  fromBER,
  GeneralizedTime,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  type BaseBlock,
} from 'asn1js'

/** What a responder says, read and not yet believed (RFC 6960 §4.2.1). Its bytes alias the ones it was read from. */
export type OcspResponse =
  | {
      readonly kind: 'basic'
      /** What the signature is over. */
      readonly signed: Uint8Array
      /** Object identifier. */
      readonly signatureAlgorithm: string
      readonly signature: Uint8Array
      /** DER. */
      readonly certificates: readonly Uint8Array[]
      readonly answers: readonly OcspAnswer[]
    }
  /** The responder has no answer: 3 is "try later", 6 "not for you" (RFC 6960 §4.2.1). */
  | { readonly kind: 'error'; readonly status: number }

export type OcspStatus = 'good' | 'revoked' | 'unknown'

/** About one certificate. */
export interface OcspAnswer {
  readonly certId: CertId
  readonly status: OcspStatus
  readonly thisUpdateMs: number
  readonly nextUpdateMs: number | undefined
}

/** Names a certificate (RFC 6960 §4.1.1). */
export interface CertId {
  /** Object identifier. */
  readonly hashAlgorithm: string
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serial: bigint
}

export const maxOcspBytes = 16 * 1024 // a response with its responder's certificates is some three kilobytes
const basicResponse = '1.3.6.1.5.5.7.48.1.1'
const contextSpecific = 3

/** Undefined for what is no response, or has a critical extension: none is understood. Survives any bytes. */
export function readOcspResponse(der: Uint8Array): OcspResponse | undefined {
  if (der.length > maxOcspBytes) return undefined
  try {
    const [status, tagged, ...more] = whole(der)
    if (!(status instanceof Enumerated) || more.length > 0) return undefined
    const code = Number(status.toBigInt())
    if (code !== 0) return tagged === undefined ? { kind: 'error', status: code } : undefined
    const [type, octets] = items(explicit(tagged, 0))
    if (!(type instanceof ObjectIdentifier) || type.getValue() !== basicResponse) return undefined
    return octets instanceof OctetString ? readBasic(new Uint8Array(octets.getValue())) : undefined
  } catch {
    return undefined // the parser throws at some nonsense, and at nesting past its limits
  }
}

function readBasic(der: Uint8Array): OcspResponse | undefined {
  const [data, algorithm, signature, certificates, ...more] = whole(der)
  const [id] = items(algorithm)
  if (data === undefined || !(id instanceof ObjectIdentifier) || more.length > 0) return undefined
  if (!(signature instanceof BitString) || signature.valueBlock.unusedBits !== 0) return undefined
  const answers = readData(items(data))
  if (answers === undefined || answers.length === 0) return undefined
  return {
    kind: 'basic',
    signed: data.valueBeforeDecodeView,
    signatureAlgorithm: id.getValue(),
    signature: signature.valueBlock.valueHexView,
    certificates:
      certificates === undefined
        ? []
        : items(explicit(certificates, 0)).map((block) => block.valueBeforeDecodeView),
    answers,
  }
}

function readData(fields: readonly BaseBlock[]): OcspAnswer[] | undefined {
  // The version stands there only where it is not 1, and there is no other.
  const [responder, producedAt, list, extensions, ...more] = fields
  if (!isTagged(responder, 1) && !isTagged(responder, 2)) return undefined
  if (timeOf(producedAt) === undefined || more.length > 0 || !areHarmless(extensions, 1)) return undefined
  const answers = items(list).map(readAnswer)
  const known = answers.filter((answer) => answer !== undefined)
  return known.length === answers.length ? known : undefined
}

function readAnswer(block: BaseBlock): OcspAnswer | undefined {
  const [id, state, from, ...rest] = items(block)
  const certId = readCertId(items(id))
  const status = statusOf(state)
  const thisUpdateMs = timeOf(from)
  const until = isTagged(rest[0], 0) ? timeOf(explicit(rest.shift(), 0)) : undefined
  if (certId === undefined || status === undefined || thisUpdateMs === undefined) return undefined
  if (rest.length > 1 || !areHarmless(rest[0], 1)) return undefined
  return { certId, status, thisUpdateMs, nextUpdateMs: until }
}

function readCertId([algorithm, name, key, serial, ...more]: readonly BaseBlock[]): CertId | undefined {
  const [hash] = items(algorithm)
  if (!(hash instanceof ObjectIdentifier) || !(serial instanceof Integer) || more.length > 0) return undefined
  if (!(name instanceof OctetString) || !(key instanceof OctetString)) return undefined
  return {
    hashAlgorithm: hash.getValue(),
    issuerNameHash: new Uint8Array(name.getValue()),
    issuerKeyHash: new Uint8Array(key.getValue()),
    serial: serial.toBigInt(),
  }
}

/** A CHOICE of implicit tags: two of nothing, one of what is to be known of a revocation. */
function statusOf(block: BaseBlock | undefined): OcspStatus | undefined {
  if (isTagged(block, 0) && block instanceof Primitive) return 'good'
  if (isTagged(block, 1) && block instanceof Constructed) return 'revoked'
  return isTagged(block, 2) && block instanceof Primitive ? 'unknown' : undefined
}

/** RFC 6960 §4.2.2.1: in UTC, to the second. */
function timeOf(block: BaseBlock | undefined): number | undefined {
  if (!(block instanceof GeneralizedTime)) return undefined
  const text = Buffer.from(block.valueBeforeDecodeView.subarray(2)).toString('latin1')
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  return new Date(ms).toISOString().replace(/\D/g, '').startsWith(text.slice(0, -1)) ? ms : undefined
}

/** Whether none of these extensions must be understood. */
function areHarmless(tagged: BaseBlock | undefined, tag: number): boolean {
  if (tagged === undefined) return true
  return items(explicit(tagged, tag)).every((extension) => {
    const [, second] = items(extension)
    return second !== undefined && !(second instanceof Asn1Boolean && second.getValue())
  })
}

function isTagged(block: BaseBlock | undefined, tag: number): block is BaseBlock {
  return block?.idBlock.tagClass === contextSpecific && block.idBlock.tagNumber === tag
}

/** What an explicit tag is around. */
function explicit(block: BaseBlock | undefined, tag: number): BaseBlock | undefined {
  if (!isTagged(block, tag) || !(block instanceof Constructed)) throw new TypeError('not tagged so')
  return block.valueBlock.value[0]
}

function whole(der: Uint8Array): readonly BaseBlock[] {
  const { result, offset } = fromBER(der)
  if (offset !== der.length) throw new TypeError('more than one element')
  return items(result)
}

function items(block: BaseBlock | undefined): readonly BaseBlock[] {
  if (!(block instanceof Sequence)) throw new TypeError('no SEQUENCE')
  return block.valueBlock.value
}
