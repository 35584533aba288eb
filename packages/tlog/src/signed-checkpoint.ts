import { parseCheckpoint, serializeCheckpoint, type Checkpoint } from './checkpoint.ts'
import { parseNote, serializeNote } from './note.ts'
import type { Signer } from './signer.ts'
import type { VerifierKey } from './verifier-key.ts'

export interface SignedBy {
  readonly key: VerifierKey
  /** When; 0 for the kind of signature that does not say. */
  readonly timeS: number
}

export type OpenedCheckpoint =
  | {
      readonly ok: true
      readonly checkpoint: Checkpoint
      readonly text: string
      readonly by: readonly SignedBy[]
    }
  /** `signature`: a known key’s signature does not fit, so text or signature was changed. `unsigned`: no key that one knows signed. */
  | { readonly ok: false; readonly why: 'malformed' | 'signature' | 'unsigned' }

/** Signs a log’s state with each signer: a C2SP tlog-checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly Signer[], timeS: number): string {
  const text = serializeCheckpoint(checkpoint)
  return serializeNote({ text, signatures: signers.map((one) => one.sign(text, timeS)) })
}

/**
 * Reads a checkpoint and checks the first signature of each key in `keys`; others are ignored (C2SP signed-note), further ones of a key too:
 * nobody gets many checked by saying one again and again. Never throws.
 */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): OpenedCheckpoint {
  const parsed = parseNote(note)
  const checkpoint = parsed && parseCheckpoint(parsed.text)
  if (parsed === undefined || checkpoint === undefined) return { ok: false, why: 'malformed' }
  const by: SignedBy[] = []
  for (const { name, keyId, signature } of parsed.signatures) {
    const key = keys.find((one) => one.name === name && one.keyId === keyId)
    if (by.some((one) => one.key === key)) continue
    const timeS = key?.verify(parsed.text, signature)
    if (key !== undefined && timeS === undefined) return { ok: false, why: 'signature' }
    if (key !== undefined && timeS !== undefined) by.push({ key, timeS })
  }
  return by.length === 0 ? { ok: false, why: 'unsigned' } : { ok: true, checkpoint, text: parsed.text, by }
}
