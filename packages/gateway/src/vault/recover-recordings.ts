import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, open, rename, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '#kernel'
import type { VaultErrorCode } from './error.ts'
import type { OpenRecordingKey } from './new-recording.ts'
import type { RecordingIdentity } from './recording-header.ts'
import type { SealedSummary } from './recording-writer.ts'
import { bytesOfChunks } from './section-layout.ts'
import { openSealedObject, type SealedObject } from './sealed-object.ts'

/** A recording that was running when the process died. */
export interface UnfinishedRecording extends RecordingIdentity {
  readonly path: string
}

/** What recovery asks of the books; the database's recording store is one. */
export interface RecoveryStore {
  /** Recordings whose state is still `recording`. */
  unfinished(): Promise<readonly UnfinishedRecording[]>
  settle(recording: RecordingIdentity['recording'], outcome: RecoveryOutcome): Promise<void>
}

/** One that was settled, and how. */
export interface RecoveredRecording extends RecordingIdentity {
  readonly outcome: RecoveryOutcome
}

export type RecoveryOutcome =
  /** It was whole: the process died after sealing and before writing that down. */
  | { readonly state: 'sealed'; readonly sealed: SealedSummary }
  /** Cut to its last whole segment, every one of which verified. */
  | { readonly state: 'recovered'; readonly sealed: SealedSummary }
  /** Nothing usable; whatever file there is stays for a person to look at. */
  | { readonly state: 'failed'; readonly code: string }

/** What another start would find no better; a key, a database or a disk that is away may be back by then. */
const final: ReadonlySet<string> = new Set<VaultErrorCode | 'KEY_UNKNOWN' | 'KEY_TAMPERED'>([
  'VAULT_NOT_FOUND',
  'VAULT_TAMPERED',
  'KEY_UNKNOWN',
  'KEY_TAMPERED',
])

/**
 * Settles the recordings that a crash or kill -9 left behind; to be run before new ones start. Every segment that was
 * sealed is verified and kept; a torn one at the end is dropped. A recovered recording keeps its own name but never
 * passes for a complete one: its short last segment is missing, and the books say `recovered`. One whose key, or whose file,
 * cannot be had now stays as it is, for the next start.
 */
export async function recoverRecordings(o: {
  readonly store: RecoveryStore
  readonly openKey: OpenRecordingKey
  readonly log: Log
}): Promise<RecoveredRecording[]> {
  const outcomes: RecoveredRecording[] = []
  for (const unfinished of await o.store.unfinished()) {
    const outcome = await recoverOne(unfinished, o.openKey).catch(
      (error: unknown): RecoveryOutcome | undefined => {
        const code = codeOf(error)
        if (!final.has(code)) {
          o.log.warn('a recording cannot be recovered now, and waits for the next start', {
            recordingId: unfinished.recording,
            code,
            error,
          })
          return undefined
        }
        o.log.error('a recording cannot be recovered', { recordingId: unfinished.recording, code, error })
        return { state: 'failed', code }
      },
    )
    if (outcome === undefined) continue
    await o.store.settle(unfinished.recording, outcome)
    o.log.info('a recording that a crash left behind is settled', {
      recordingId: unfinished.recording,
      state: outcome.state,
    })
    const { tenant, call, recording } = unfinished
    outcomes.push({ tenant, call, recording, outcome })
  }
  return outcomes
}

async function recoverOne(
  unfinished: UnfinishedRecording,
  openKey: OpenRecordingKey,
): Promise<RecoveryOutcome> {
  if (await exists(unfinished.path)) {
    const { summary, complete } = await verify(unfinished.path, unfinished, openKey)
    return { state: complete ? 'sealed' : 'recovered', sealed: summary }
  }
  const part = `${unfinished.path}.part`
  const { summary, complete } = await verify(part, unfinished, openKey)
  await truncate(part, summary.bytes)
  await syncPath(part)
  await rename(part, unfinished.path)
  await syncPath(dirname(part))
  return { state: complete ? 'sealed' : 'recovered', sealed: summary }
}

/** Opens every segment; a last one that is torn, or whose write was, does not count. */
async function verify(
  path: string,
  expected: RecordingIdentity,
  openKey: OpenRecordingKey,
): Promise<{ readonly summary: SealedSummary; readonly complete: boolean }> {
  await using object = await openSealedObject(path, openKey, expected)
  const found = await countSegments(object)
  const bytes = object.start.length + found.bodyBytes
  const summary = {
    bytes,
    segments: found.segments,
    durationMs: Math.round(found.plainBytes / 16),
    sha256: await sha256Of(path, bytes),
    marks: [], // they were in the memory of the process that died; what they meant was done to the audio
  }
  return { summary, complete: found.complete }
}

async function countSegments(object: SealedObject) {
  let plainBytes = 0
  for (let index = 0; index < object.layout.chunks; index++) {
    const last = index === object.layout.chunks - 1
    const plain = await object.chunk(index).catch((error: unknown) => {
      if (last && !isFull(object, index)) return undefined // its write was torn
      throw error
    })
    if (plain === undefined)
      return { segments: index, plainBytes, bodyBytes: bytesOfChunks(index), complete: false }
    plainBytes += plain.length
  }
  const { chunks: segments, complete, tornBytes } = object.layout
  return { segments, plainBytes, bodyBytes: object.bodyBytes - tornBytes, complete }
}

/** The last chunk of a complete layout is the short one; any other is full. */
function isFull(object: SealedObject, index: number): boolean {
  return !(object.layout.complete && index === object.layout.chunks - 1)
}

/** Of this folder's errors, or of those that opening the key rejects with. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'VAULT_WRITE_FAILED'
}

async function sha256Of(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { end: bytes - 1 })) hash.update(part as Uint8Array)
  return hash.digest('hex')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
