import {
  parseCheckpoint,
  parseNote,
  makeConsistencyProof,
  nodesOfTiles,
  readRoot,
  sameBytes,
  verifyConsistency,
} from '@voxkeep/tlog'
import type { RecordingId, TenantId } from '#kernel'
import { hashOfLeaf } from '#src/audit/entry.ts'
import { readTiles } from '#src/audit/read-tiles.ts'
import { audioOf, isTone, type Kept, type KeptRecording } from './kept.ts'

/** What a process said was done, each once it was: from then on it must never be lost. A line of JSON each. */
export type Said =
  | { readonly kind: 'entry'; readonly tenant: TenantId; readonly index: number; readonly hash: string }
  | { readonly kind: 'checkpoint'; readonly tenant: TenantId; readonly note: string }
  | ({ readonly kind: 'recording' } & KeptRecording)
  /** About to be deleted, so that it may be gone; and gone. */
  | { readonly kind: 'deleting' | 'deleted'; readonly tenant: TenantId; readonly id: RecordingId }
  | { readonly kind: 'rewrapped'; readonly tenant: TenantId; readonly keys: number }

export interface Checked {
  readonly entries: number
  readonly checkpoints: number
  readonly recordings: number
  readonly deleted: number
  /** Sentences; none when nothing is lost. */
  readonly wrong: readonly string[]
}

/** Compares what was said with what is kept. */
export async function checkLedger(kept: Kept, said: readonly Said[]): Promise<Checked> {
  const wrong: string[] = []
  const of = <K extends Said['kind']>(kind: K) =>
    said.filter((one): one is Extract<Said, { kind: K }> => one.kind === kind)
  for (const entry of of('entry'))
    if (!(await hasEntry(kept, entry))) wrong.push(`entry ${entry.tenant}/${entry.index} is lost`)
  for (const { tenant, note } of of('checkpoint')) wrong.push(...(await checkCheckpoint(kept, tenant, note)))
  const going = new Set(of('deleting').map(({ id }) => id))
  const gone = new Set(of('deleted').map(({ id }) => id))
  for (const recording of of('recording')) wrong.push(...(await checkRecording(kept, recording, going, gone)))
  return {
    entries: of('entry').length,
    checkpoints: of('checkpoint').length,
    recordings: of('recording').length,
    deleted: gone.size,
    wrong,
  }
}

async function hasEntry(
  { store }: Kept,
  { tenant, index, hash }: Extract<Said, { kind: 'entry' }>,
): Promise<boolean> {
  const [row] = await store.leaves(tenant, index, index + 1)
  return row !== undefined && Buffer.from(hashOfLeaf(row.leaf)).toString('hex') === hash
}

/** The log of today continues the checkpoint: by its tree, and by a proof as an outsider would ask for. */
async function checkCheckpoint({ store, audit }: Kept, tenant: TenantId, note: string): Promise<string[]> {
  const then = parseCheckpoint(parseNote(note)?.text ?? '')
  if (then === undefined) return [`a checkpoint of ${tenant} is none`]
  const now = await (await audit.log(tenant)).state()
  if (now.size < then.size) return [`the log of ${tenant} was rolled back from ${then.size} to ${now.size}`]
  const read = nodesOfTiles(readTiles(store, tenant))
  if (!sameBytes(await readRoot(then.size, read), then.root))
    return [`the log of ${tenant} forked before ${then.size}`]
  const proof = await makeConsistencyProof(then.size, now.size, read)
  const root = new Uint8Array(Buffer.from(now.root, 'base64'))
  const holds = verifyConsistency({ first: then.size, firstRoot: then.root, size: now.size, root, proof })
  return holds ? [] : [`the log of ${tenant} does not continue its checkpoint of ${then.size}`]
}

async function checkRecording(
  kept: Kept,
  recording: KeptRecording,
  going: ReadonlySet<string>,
  gone: ReadonlySet<string>,
): Promise<string[]> {
  const { id, tenant, sha256 } = recording
  const opened = await audioOf(kept, tenant, id).then(
    (audio) => ({ audio }),
    (error: unknown) => ({ error }),
  )
  if (gone.has(id)) return 'audio' in opened ? [`${id} was deleted and still opens`] : []
  if ('error' in opened) return going.has(id) ? [] : [`${id} does not open: ${String(opened.error)}`]
  const row = await kept.recordings.get(tenant, id)
  return isTone(recording, opened.audio) && row?.sha256 === sha256 ? [] : [`${id} is not what was recorded`]
}
