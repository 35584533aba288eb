import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, open, rename, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '#kernel'
import { fileOfTranscript, readSegments, type OpenTranscriptKey } from './transcript-reader.ts'
import type { TranscriptIdentity } from './transcript-header.ts'
import type { SealedTranscript } from './transcript-writer.ts'

/** A transcript that was being written when the process died. */
export interface UnfinishedTranscript extends TranscriptIdentity {
  readonly path: string
}

export type TranscriptOutcome =
  | { readonly state: 'sealed' | 'recovered'; readonly sealed: SealedTranscript }
  | { readonly state: 'failed'; readonly code: string }

/** What another start would find no better; a key or a disk that is away may be back by then. */
const final: ReadonlySet<string> = new Set([
  'VAULT_NOT_FOUND',
  'VAULT_TAMPERED',
  'KEY_UNKNOWN',
  'KEY_TAMPERED',
])

/**
 * Keeps every sealed segment of a transcript that a crash left open: what was torn is cut off, and the file takes its name. `failed` when
 * nothing of it can ever be opened; undefined when its key or file cannot be had now: it waits for the next start. Never rejects.
 */
export async function recoverTranscript(
  unfinished: UnfinishedTranscript,
  openKey: OpenTranscriptKey,
  log: Log,
): Promise<TranscriptOutcome | undefined> {
  try {
    const { path } = unfinished
    const isNamed = await access(path).then(
      () => true,
      () => false,
    )
    const at = isNamed ? path : `${path}.part`
    const source = await fileOfTranscript(at)
    const found = await readSegments(source, openKey, unfinished).finally(() => source[Symbol.asyncDispose]())
    const lines = countLines(found.plain)
    found.plain.fill(0)
    if (!isNamed) await publish(at, path, found.bytes)
    const { bytes, segments } = found
    const sealed = { bytes, segments, lines, sha256: await sha256Of(path) }
    return { state: found.complete ? 'sealed' : 'recovered', sealed }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'VAULT_WRITE_FAILED'
    log.error('a transcript could not be recovered', { transcriptId: unfinished.transcript, code, error })
    return final.has(code) ? { state: 'failed', code } : undefined
  }
}

async function publish(part: string, path: string, bytes: number): Promise<void> {
  await truncate(part, bytes)
  await syncPath(part)
  await rename(part, path)
  await syncPath(dirname(path))
}

/** Lines with something in them. */
function countLines(plain: Uint8Array): number {
  let count = 0
  for (let at = 1; at < plain.length; at++) if (plain[at] === 0x0a && plain[at - 1] !== 0x0a) count += 1
  return count
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array)
  return hash.digest('hex')
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
