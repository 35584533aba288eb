import { execFile } from 'node:child_process'
import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  Enumerated,
  fromBER,
  GeneralizedTime,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  type BaseBlock,
} from 'asn1js'
import type { PemPair } from '@voxkeep/pki'
import type { FetchOcsp } from './ocsp-keeper.ts'
import { certIdOf, type OcspSubject } from './ocsp-request.ts'
import type { OcspAnswer, OcspStatus } from './ocsp-response.ts'

export interface OcspSigner {
  readonly keyPem: string
  /** Comes with the response. */
  readonly certPem?: string
}

const sequence = (...value: BaseBlock[]) => new Sequence({ value })
const tagged = (tagNumber: number, ...value: BaseBlock[]) =>
  new Constructed({ idBlock: { tagClass: 3, tagNumber }, value })
const id = (value: string) => new ObjectIdentifier({ value })
const time = (ms: number) => new GeneralizedTime({ valueDate: new Date(ms) })
const der = (pem: string) => fromBER(new X509Certificate(pem).raw).result

/** A response about these certificates, signed with ECDSA and SHA-256. */
export function serializeOcspResponse(
  answers: readonly OcspAnswer[],
  signer: OcspSigner,
  options: { critical?: boolean } = {},
): Uint8Array {
  const extension = sequence(id('1.2.3'), new Asn1Boolean({ value: true }), new OctetString())
  const data = sequence(
    tagged(2, new OctetString({ valueHex: new Uint8Array(20) })),
    time(answers[0]?.thisUpdateMs ?? 0),
    sequence(...answers.map(answerBlock)),
    ...(options.critical === true ? [tagged(1, sequence(extension))] : []),
  )
  const signature = sign('sha256', new Uint8Array(data.toBER()), createPrivateKey(signer.keyPem))
  const basic = sequence(
    data,
    sequence(id('1.2.840.10045.4.3.2')),
    new BitString({ valueHex: new Uint8Array(signature) }),
    ...(signer.certPem === undefined ? [] : [tagged(0, sequence(der(signer.certPem)))]),
  )
  const bytes = sequence(id('1.3.6.1.5.5.7.48.1.1'), new OctetString({ valueHex: basic.toBER() }))
  return new Uint8Array(sequence(new Enumerated({ value: 0 }), tagged(0, bytes)).toBER())
}

function answerBlock({ certId, status, thisUpdateMs, nextUpdateMs }: OcspAnswer): Sequence {
  return sequence(
    sequence(
      sequence(id(certId.hashAlgorithm), new Null()),
      new OctetString({ valueHex: certId.issuerNameHash }),
      new OctetString({ valueHex: certId.issuerKeyHash }),
      Integer.fromBigInt(certId.serial),
    ),
    statusBlock(status, thisUpdateMs),
    time(thisUpdateMs),
    ...(nextUpdateMs === undefined ? [] : [tagged(0, time(nextUpdateMs))]),
  )
}

function statusBlock(status: OcspStatus, atMs: number): BaseBlock {
  if (status === 'revoked') return tagged(1, time(atMs))
  return new Primitive({ idBlock: { tagClass: 3, tagNumber: status === 'good' ? 0 : 2 } })
}

/** A response about one certificate, good for so long from `nowMs` on. */
export function staple(
  subject: OcspSubject,
  signer: OcspSigner,
  o: { status?: OcspStatus; nowMs: number; lifeMs?: number },
): Uint8Array {
  const thisUpdateMs = Math.floor(o.nowMs / 1_000) * 1_000
  const nextUpdateMs = thisUpdateMs + (o.lifeMs ?? 3_600_000)
  const certId = certIdOf(subject, '1.3.14.3.2.26')
  return serializeOcspResponse([{ certId, status: o.status ?? 'good', thisUpdateMs, nextUpdateMs }], signer)
}

export function subjectOf(certPem: string, issuerPem: string): OcspSubject {
  return { certificate: new X509Certificate(certPem), issuer: new X509Certificate(issuerPem) }
}

/** What OpenSSL answers as the responder of an authority, with its own reading of our requests. */
export interface OpensslResponder {
  /** On 127.0.0.1, by plain HTTP. */
  readonly url: string
  readonly ask: FetchOcsp
  /** Requests so far. */
  readonly asked: () => number
  /** What it says of this certificate; `unknown` unless told. */
  set(pair: PemPair, status: OcspStatus): void
}

/** What a test's things end with. */
interface Life {
  after(end: () => void): void
}

export async function opensslResponder(
  t: Life,
  authority: { readonly caPem: string; readonly signer: PemPair },
): Promise<OpensslResponder> {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-ocsp-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: string | Uint8Array = '') => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const known = new Map<string, OcspStatus>()
  let count = 0
  const ask: FetchOcsp = async (_, request) => {
    count += 1
    const lines = [...known].map(([serial, status]) => indexLine(serial, status))
    const parts = {
      index: file('index.txt', lines.join('')),
      CA: file('ca.pem', authority.caPem),
      rsigner: file('signer.pem', authority.signer.certPem),
      rkey: file('signer-key.pem', authority.signer.keyPem),
      reqin: file(`request-${count}.der`, request),
      respout: file(`response-${count}.der`),
      nmin: '60',
    }
    const args = Object.entries(parts).flatMap(([option, value]) => [`-${option}`, value])
    await promisify(execFile)('openssl', ['ocsp', ...args])
    return new Uint8Array(readFileSync(parts.respout))
  }
  const url = await serve(t, (request) => ask('', request, new AbortController().signal))
  return {
    url,
    ask,
    asked: () => count,
    set: ({ certPem }, status) => void known.set(new X509Certificate(certPem).serialNumber, status),
  }
}

async function serve(t: Life, answer: (request: Uint8Array) => Promise<Uint8Array>): Promise<string> {
  const server = createServer((request, response) => {
    request
      .toArray()
      .then((chunks) => answer(Buffer.concat(chunks as Uint8Array[])))
      .then((body) => response.setHeader('content-type', 'application/ocsp-response').end(body))
      .catch(() => response.writeHead(500).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/ocsp`
}

/** A line of the index that `openssl ca` keeps. */
function indexLine(serial: string, status: OcspStatus): string {
  if (status === 'unknown') return ''
  const revokedAt = status === 'revoked' ? '250101000000Z,keyCompromise' : ''
  return `${status === 'good' ? 'V' : 'R'}\t491231235959Z\t${revokedAt}\t${serial}\tunknown\t/CN=any\n`
}
