import {
  makeConsistencyProof,
  nodesOfTiles,
  parseNote,
  parseSignatures,
  serializeAddCheckpoint,
  serializeSignature,
  type VerifierKey,
} from '@voxkeep/tlog'
import type { Clock } from '#kernel'
import type { ShowCheckpoint, SignedCheckpoint } from './checkpoints.ts'
import { AuditError } from './error.ts'
import { readTiles } from './read-tiles.ts'
import type { AuditStore } from './store.ts'

/** Posts a body to the witness and gives what it answers. Rejects when there is no answer. */
export type PostCheckpoint = (body: string) => Promise<{ readonly status: number; readonly body: string }>

export interface WitnessClientDeps {
  readonly name: string
  readonly keys: readonly VerifierKey[]
  readonly post: PostCheckpoint
  readonly store: Pick<AuditStore, 'tiles' | 'leaves' | 'tileRoots' | 'addCosignature'>
  readonly clock: Clock
  /** The witness knows another log than ours: ours was rolled back, forked or rewritten. */
  readonly onConflict: (checkpoint: SignedCheckpoint, why: string) => void
}

/**
 * Has checkpoints cosigned by a witness (C2SP tlog-witness `add-checkpoint`) and keeps the cosignatures. Rejects with `AuditError`
 * when it did not cosign.
 */
export function witnessClient(deps: WitnessClientDeps): ShowCheckpoint {
  /** What the witness cosigned last of each log, as far as we know. */
  const known = new Map<string, number>()
  const ask = async (checkpoint: SignedCheckpoint, old: number, mayRetry: boolean): Promise<void> => {
    const read = nodesOfTiles(readTiles(deps.store, checkpoint.tenant))
    const proof = await makeConsistencyProof(old, checkpoint.size, read)
    const answer = await deps.post(serializeAddCheckpoint({ old, proof, checkpoint: checkpoint.note }))
    switch (answer.status) {
      case 200:
        await keep(deps, checkpoint, answer.body)
        return void known.set(checkpoint.origin, checkpoint.size)
      case 409: {
        const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(answer.body)?.[1]
        if (size === undefined) throw refused('the witness answered what no witness answers')
        if (Number(size) > checkpoint.size) throw conflict(deps, checkpoint, 'the witness saw a longer log')
        if (Number(size) === old) throw conflict(deps, checkpoint, 'the witness saw another log of this size')
        if (!mayRetry) throw refused('the witness is asked by somebody else too')
        return ask(checkpoint, Number(size), false)
      }
      case 422:
        throw conflict(deps, checkpoint, 'the log does not continue what the witness saw')
      case 404:
        throw refused('the witness does not know this log')
      default:
        throw refused('the witness did not take the checkpoint')
    }
  }
  return (checkpoint) => ask(checkpoint, Math.min(known.get(checkpoint.origin) ?? 0, checkpoint.size), true)
}

/** Keeps those signatures that are the witness’s; others are ignored. */
async function keep(
  deps: WitnessClientDeps,
  { tenant, size, note }: SignedCheckpoint,
  body: string,
): Promise<void> {
  const text = parseNote(note)?.text ?? ''
  const valid = (parseSignatures(body) ?? []).filter((one) =>
    deps.keys.some(
      (key) =>
        key.name === one.name && key.keyId === one.keyId && key.verify(text, one.signature) !== undefined,
    ),
  )
  if (valid.length === 0) throw refused('the witness’s cosignature does not fit its key')
  const at = new Date(deps.clock.now())
  const lines = valid.map(serializeSignature).join('')
  await deps.store.addCosignature(tenant, { size, witness: deps.name, at, lines })
}

function conflict(deps: WitnessClientDeps, checkpoint: SignedCheckpoint, why: string): AuditError {
  deps.onConflict(checkpoint, why)
  return new AuditError('AUDIT_BROKEN', why)
}

function refused(message: string): AuditError {
  return new AuditError('AUDIT_UNAVAILABLE', message)
}
