import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { fromBase64, toBase64 } from './base64.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { cosignatureMessage, noteMessage, subtreeMessage } from './cosigned-message.ts'
import { sha256 } from './hash.ts'
import { isKeyName } from './note.ts'

/** `ed25519`: a log’s plain signature. The others carry a time: a witness’s, and our logs’ second one (C2SP tlog-cosignature). */
export type SignatureKind = 'ed25519' | 'ed25519-cosignature' | 'ml-dsa-44'

interface KindFacts {
  readonly type: number
  readonly algorithm: 'ed25519' | 'ml-dsa-44'
  readonly publicBytes: number
  readonly signatureBytes: number
  readonly timed: boolean
}

export const kindFacts: Readonly<Record<SignatureKind, KindFacts>> = {
  ed25519: { type: 1, algorithm: 'ed25519', publicBytes: 32, signatureBytes: 64, timed: false },
  'ed25519-cosignature': { type: 4, algorithm: 'ed25519', publicBytes: 32, signatureBytes: 64, timed: true },
  'ml-dsa-44': { type: 6, algorithm: 'ml-dsa-44', publicBytes: 1312, signatureBytes: 2420, timed: true },
}
const kinds = Object.keys(kindFacts) as SignatureKind[]

/** A public key that checks signatures of one name and kind. */
export interface VerifierKey {
  readonly name: string
  readonly keyId: number
  readonly kind: SignatureKind
  /** `name+id+key` as in C2SP signed-note: what is published and configured. */
  readonly text: string
  /** When it was signed (seconds since 1970, 0 for the kind without a time), or undefined when it was not by this key. Never throws. */
  verify(noteText: string, signature: Uint8Array): number | undefined
}

/** Reads a verifier key; undefined when it is none, its id does not fit, or its kind is unknown. Never throws. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [name = '', id = '', ...rest] = text.split('+')
  const bytes = fromBase64(rest.join('+')) // Base 64 may hold plus signs of its own
  const kind = kinds.find((one) => kindFacts[one].type === bytes?.[0])
  if (bytes === undefined || kind === undefined || !isKeyName(name)) return undefined
  if (bytes.length !== 1 + kindFacts[kind].publicBytes || id !== hex(keyIdOf(name, bytes))) return undefined
  const key = importKey(kind, bytes.subarray(1))
  return key && verifierKey(name, kind, bytes, key)
}

/** The verifier key of a raw public key. Throws when it is none of that kind. */
export function makeVerifierKey(name: string, kind: SignatureKind, publicKey: Uint8Array): VerifierKey {
  const bytes = new Uint8Array([kindFacts[kind].type, ...publicKey])
  const key = importKey(kind, publicKey)
  if (key === undefined || !isKeyName(name)) throw new RangeError('this is no verifier key')
  return verifierKey(name, kind, bytes, key)
}

function verifierKey(name: string, kind: SignatureKind, bytes: Uint8Array, key: KeyObject): VerifierKey {
  const keyId = keyIdOf(name, bytes)
  const { signatureBytes, timed } = kindFacts[kind]
  return {
    name,
    keyId,
    kind,
    text: `${name}+${hex(keyId)}+${toBase64(bytes)}`,
    verify(noteText, signature) {
      if (signature.length !== signatureBytes + (timed ? 8 : 0)) return undefined
      const time = timed ? readTime(signature) : 0
      const message = time === undefined ? undefined : signedMessage(kind, name, noteText, time)
      const own = timed ? signature.subarray(8) : signature
      return message !== undefined && verify(null, message, key, own) ? time : undefined
    },
  }
}

/** What a key of this kind and name signs for a note; undefined when it signs only checkpoints and this is none. */
export function signedMessage(
  kind: SignatureKind,
  name: string,
  noteText: string,
  timeS: number,
): Uint8Array | undefined {
  switch (kind) {
    case 'ed25519':
      return noteMessage(noteText)
    case 'ed25519-cosignature':
      return cosignatureMessage(noteText, timeS)
    case 'ml-dsa-44': {
      const checkpoint = parseCheckpoint(noteText)
      return checkpoint && subtreeMessage(name, checkpoint, timeS)
    }
  }
}

function importKey(kind: SignatureKind, key: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({
      key: Buffer.from(key),
      format: 'raw-public',
      asymmetricKeyType: kindFacts[kind].algorithm,
    })
  } catch {
    return undefined
  }
}

function keyIdOf(name: string, bytes: Uint8Array): number {
  const digest = sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes]))
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0)
}

function hex(keyId: number): string {
  return keyId.toString(16).padStart(8, '0')
}

function readTime(signature: Uint8Array): number | undefined {
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined
}
