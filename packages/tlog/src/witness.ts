import { hashFromBase64, parseSize, toBase64 } from './base64.ts'
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts'
import { sameBytes } from './hash.ts'
import { parseNote } from './note.ts'
import { openCheckpoint } from './signed-checkpoint.ts'
import type { VerifierKey } from './verifier-key.ts'
import { maxProofHashes, verifyConsistency } from './verify-proof.ts'

/** A log asks a witness to cosign a checkpoint (C2SP tlog-witness `add-checkpoint`). */
export interface AddCheckpoint {
  /** The size that the log believes the witness cosigned last. */
  readonly old: number
  readonly proof: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
}

export function serializeAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`
}

/** Undoes `serializeAddCheckpoint`; undefined for any other text. Never throws. */
export function parseAddCheckpoint(text: string): AddCheckpoint | undefined {
  const blank = text.indexOf('\n\n')
  const [first = '', ...lines] = text.slice(0, Math.max(0, blank)).split('\n')
  const old = first.startsWith('old ') ? parseSize(first.slice(4)) : undefined
  const proof = lines.map(hashFromBase64).filter((hash) => hash !== undefined)
  const checkpoint = text.slice(blank + 2)
  if (old === undefined || proof.length < lines.length || proof.length > maxProofHashes) return undefined
  return parseNote(checkpoint) && { old, proof, checkpoint }
}

/** What a witness knows of one log: the last state that it cosigned. */
export interface Witnessed {
  readonly size: number
  readonly root: Uint8Array
}

export type WitnessAnswer =
  /** To be kept before the cosignature leaves. */
  | { readonly status: 200; readonly text: string; readonly checkpoint: Checkpoint }
  | { readonly status: 400 | 403 | 404 | 422 }
  /** `size`: what was cosigned last. */
  | { readonly status: 409; readonly size: number }

/**
 * Judges a request in the order that C2SP tlog-witness gives: known log (404), its signature (403), sizes (400, 409), proof (422).
 * `last` must not change between this and keeping what it answers. Never throws.
 */
export function judgeAddCheckpoint(
  { old, proof, checkpoint: note }: AddCheckpoint,
  keysOf: (origin: string) => readonly VerifierKey[] | undefined,
  last: Witnessed | undefined,
): WitnessAnswer {
  const claimed = parseCheckpoint(parseNote(note)?.text ?? '')
  if (claimed === undefined) return { status: 400 }
  const keys = keysOf(claimed.origin)
  if (keys === undefined) return { status: 404 }
  const opened = openCheckpoint(note, keys)
  if (!opened.ok) return { status: 403 }
  const { checkpoint, text } = opened
  if (old > checkpoint.size) return { status: 400 }
  const size = last?.size ?? 0
  if (old !== size) return { status: 409, size }
  if (last !== undefined && old === checkpoint.size && !sameBytes(last.root, checkpoint.root))
    return { status: 409, size }
  return continues(last, checkpoint, proof) ? { status: 200, text, checkpoint } : { status: 422 }
}

function continues(
  last: Witnessed | undefined,
  { size, root }: Checkpoint,
  proof: readonly Uint8Array[],
): boolean {
  if (last === undefined || last.size === 0) return proof.length === 0
  return verifyConsistency({ first: last.size, firstRoot: last.root, size, root, proof })
}
