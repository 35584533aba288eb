import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { isKeyName, type NoteSignature } from './note.ts'
import {
  kindFacts,
  makeVerifierKey,
  signedMessage,
  type SignatureKind,
  type VerifierKey,
} from './verifier-key.ts'

/** A private key that signs under one name. */
export interface Signer {
  readonly key: VerifierKey
  /** Signs a note’s text. `timeS` goes into the kinds that carry a time. Throws `RangeError` when this kind cannot sign such a text. */
  sign(noteText: string, timeS: number): NoteSignature
}

/** Bytes of every kind’s seed. */
export const seedBytes = 32

/** The signer of a seed; `seed` stays the caller’s, to zero. Throws `RangeError` for a name that no key may have, or a seed of another length. */
export function signer(name: string, kind: SignatureKind, seed: Uint8Array): Signer {
  const { algorithm, timed } = kindFacts[kind]
  if (!isKeyName(name) || Buffer.byteLength(name) > 255 || seed.length !== seedBytes)
    throw new RangeError('this makes no signer')
  const privateKey = createPrivateKey({
    key: Buffer.from(seed.buffer, seed.byteOffset, seed.byteLength),
    format: algorithm === 'ed25519' ? 'raw-private' : 'raw-seed',
    asymmetricKeyType: algorithm,
  })
  const publicKey = createPublicKey(privateKey).export({ format: 'raw-public' })
  const key = makeVerifierKey(name, kind, new Uint8Array(publicKey))
  return {
    key,
    sign(noteText, timeS) {
      const message = signedMessage(kind, name, noteText, timeS)
      if (message === undefined) throw new RangeError('such a key signs only checkpoints')
      const signature = new Uint8Array(sign(null, message, privateKey))
      return { name, keyId: key.keyId, signature: timed ? withTime(timeS, signature) : signature }
    },
  }
}

function withTime(timeS: number, signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + signature.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(timeS))
  bytes.set(signature, 8)
  return bytes
}
