import { readFileSync } from 'node:fs'
import {
  judgeCheckpoint,
  parseVerifierKey,
  type Checkpoint,
  type Policy,
  type VerifierKey,
} from '@voxkeep/tlog'

/** What a command was told to trust: keys in place, or files with one a line. */
export interface Trust {
  readonly key: readonly string[]
  readonly witness: readonly string[]
  readonly quorum: string
}

/** Throws with what is wrong. Without a key nothing could be verified. */
export function readVerifierKeys({ key, witness, quorum }: Trust): Policy {
  const log = key.flatMap(readKeys)
  if (log.length === 0)
    throw new Error(
      'whom to trust? Give --key with the log’s verifier keys ("voxkeep audit keys" printed them, earlier)',
    )
  if (!/^\d{1,2}$/.test(quorum)) throw new Error('--quorum is a number')
  return { log, witnesses: witness.flatMap(readKeys), quorum: Number(quorum) }
}

/** Checkpoints that were noted; each must be signed by the log. */
export function readCheckpoints(files: readonly string[], policy: Policy): Checkpoint[] {
  return files.map((file) => {
    const judged = judgeCheckpoint(readFileSync(file, 'utf8'), policy)
    if (!judged.ok) throw new Error(`${file} is no checkpoint that can be believed: ${judged.why}`)
    return judged.checkpoint
  })
}

/** Keys in place, or a file with one a line. Throws when there is none. */
export function readKeys(given: string): VerifierKey[] {
  const inPlace = parseVerifierKey(given)
  if (inPlace !== undefined) return [inPlace]
  const lines = readFileSync(given, 'utf8').split('\n')
  const keys = lines.map((line) => parseVerifierKey(line.trim())).filter((key) => key !== undefined)
  if (keys.length === 0) throw new Error(`${given} is no verifier key, and no file that holds one`)
  return keys
}
