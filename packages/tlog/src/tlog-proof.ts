import { fromBase64, hashFromBase64, parseSize, toBase64 } from './base64.ts'
import { leafHash } from './hash.ts'
import { parseNote } from './note.ts'
import { judgeCheckpoint, type Judged, type Policy } from './policy.ts'
import { maxProofHashes, verifyInclusion } from './verify-proof.ts'

/** A C2SP tlog-proof: that one entry is in a log, to be checked without asking anybody. */
export interface TlogProof {
  /** Not authenticated by the proof; ours carry the entry itself. */
  readonly extra: Uint8Array | undefined
  readonly index: number
  readonly proof: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
}

const firstLine = 'c2sp.org/tlog-proof@v1'

export function serializeTlogProof({ extra, index, proof, checkpoint }: TlogProof): string {
  const extraLine = extra === undefined ? '' : `extra ${toBase64(extra)}\n`
  return `${firstLine}\n${extraLine}index ${index}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`
}

/** Undoes `serializeTlogProof`; undefined for any other text. Says nothing yet about whether the proof holds. Never throws. */
export function parseTlogProof(text: string): TlogProof | undefined {
  const blank = text.indexOf('\n\n')
  if (blank < 0 || !text.startsWith(`${firstLine}\n`)) return undefined
  const lines = text.slice(firstLine.length + 1, blank).split('\n')
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()?.slice(6) ?? '') : undefined
  if (extra === undefined && text.startsWith(`${firstLine}\nextra`)) return undefined
  const indexLine = lines.shift() ?? ''
  const index = indexLine.startsWith('index ') ? parseSize(indexLine.slice(6)) : undefined
  const proof = lines.map(hashFromBase64).filter((hash) => hash !== undefined)
  const checkpoint = text.slice(blank + 2)
  if (index === undefined || proof.length < lines.length || proof.length > maxProofHashes) return undefined
  return parseNote(checkpoint) && { extra, index, proof, checkpoint }
}

/** Whether `leaf` is in the log that the policy trusts, as this proof says; or why not. Never throws. */
export function verifyTlogProof(
  proof: TlogProof,
  leaf: Uint8Array,
  policy: Policy,
): Judged | { readonly ok: false; readonly why: 'inclusion' } {
  const judged = judgeCheckpoint(proof.checkpoint, policy)
  if (!judged.ok) return judged
  const { size, root } = judged.checkpoint
  const included = verifyInclusion({
    leaf: leafHash(leaf),
    index: proof.index,
    size,
    root,
    proof: proof.proof,
  })
  return included ? judged : { ok: false, why: 'inclusion' }
}
