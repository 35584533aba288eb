import type { Checkpoint } from './checkpoint.ts'
import { openCheckpoint, type SignedBy } from './signed-checkpoint.ts'
import type { VerifierKey } from './verifier-key.ts'

/** What a checkpoint must bear to be believed. */
export interface Policy {
  /** The log’s own keys, old ones included. Of each kind among them at least one must have signed. */
  readonly log: readonly VerifierKey[]
  readonly witnesses?: readonly VerifierKey[] | undefined
  /** How many witnesses (by name: one that signs twice counts once) must have cosigned. */
  readonly quorum?: number | undefined
}

export type Judged =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly by: readonly SignedBy[] }
  | { readonly ok: false; readonly why: 'malformed' | 'signature' | 'unsigned' | 'origin' | 'quorum' }

/** Whether a checkpoint is believed: signed by its log with every kind of key that one knows of it, and by enough witnesses. Never throws. */
export function judgeCheckpoint(note: string, { log, witnesses = [], quorum = 0 }: Policy): Judged {
  const opened = openCheckpoint(note, [...log, ...witnesses])
  if (!opened.ok) return opened
  const { checkpoint, by } = opened
  if (!log.some(({ name }) => name === checkpoint.origin)) return { ok: false, why: 'origin' }
  const own = log.filter(({ name }) => name === checkpoint.origin)
  const kinds = new Set(own.map(({ kind }) => kind))
  const signed = new Set(by.filter(({ key }) => own.includes(key)).map(({ key }) => key.kind))
  if (signed.size < kinds.size) return { ok: false, why: 'unsigned' }
  const cosigned = new Set(by.filter(({ key }) => witnesses.includes(key)).map(({ key }) => key.name))
  return cosigned.size < quorum ? { ok: false, why: 'quorum' } : { ok: true, checkpoint, by }
}
