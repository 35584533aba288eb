import type { Clock, Random } from '#kernel'
import { chunkBytes, cobblestoneSealer, sealedChunkBytes } from './cobblestone.ts'
import { VaultError, type VaultErrorCode } from './error.ts'
import { nodeRecordingFs, partFile, type RecordingFs } from './part-file.ts'
import { parseTranscriptHeader, transcriptContext } from './transcript-header.ts'

/** What to seal, where, and with which key. */
export interface TranscriptSpec {
  readonly path: string
  /** Made by `serializeTranscriptHeader`. */
  readonly header: Uint8Array
  /** Zeroed as soon as the writer has derived its keys from it. */
  readonly dataKey: Uint8Array
}

export interface SealedTranscript {
  readonly bytes: number
  readonly segments: number
  readonly lines: number
  /** SHA-256 of the whole sealed object, lower-case hex. */
  readonly sha256: string
}

export interface TranscriptWriterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly fs?: RecordingFs
  /** The longest that a line waits to be sealed: what a crash may lose. */
  readonly sealEveryMs: number
  /** Told once when the disk refused; what was sealed stays under the `.part` name. */
  readonly onFailure?: (code: VaultErrorCode) => void
}

/** A transcript that grows line by line. */
export interface TranscriptWriter {
  /** Resolves when its file exists durably; rejects with `VaultError` when it cannot be made. */
  readonly ready: Promise<void>
  /** Lines that came after the transcript was full, or had failed. */
  readonly dropped: number
  /** Adds a line, as JSON. Never throws, never waits. */
  add(line: object): void
  /** Seals what is left and gives the file its name. Rejects with `VaultError` when writing failed. Again: the same promise. */
  finish(): Promise<SealedTranscript>
}

/** Sealed text that may wait for the disk. */
const maxQueuedBytes = 64 * sealedChunkBytes
/** A call of four hours that never pauses fills a third of it. */
const maxPlainBytes = 64 * 1024 * 1024
const newline = 0x0a

/**
 * Seals lines of JSON as they come, 16 KiB at a time; a chunk that is not full when its time comes is filled up with empty lines.
 * Text in clear exists in this object's buffer only, for `sealEveryMs`, and never on a disk.
 */
export function transcriptWriter(spec: TranscriptSpec, o: TranscriptWriterOptions): TranscriptWriter {
  const parsed = parseTranscriptHeader(spec.header)
  if (parsed === undefined) throw new VaultError('VAULT_TAMPERED', 'the header is no transcript’s')
  const sealer = cobblestoneSealer(spec.dataKey, transcriptContext(parsed.info, spec.header), o.random)
  spec.dataKey.fill(0)
  const rest = new Uint8Array(chunkBytes)
  let filled = 0
  let segments = 0
  let lines = 0
  let dropped = 0
  let failed: VaultError | undefined
  let finished: Promise<SealedTranscript> | undefined
  let cancel: (() => void) | undefined

  const fail = (code: VaultErrorCode, cause?: unknown) => {
    if (failed !== undefined) return
    failed = new VaultError(code, 'the transcript cannot be written', { cause })
    disarm()
    rest.fill(0)
    void part.abandon().then(() => o.onFailure?.(code))
  }
  const part = partFile(spec.path, o.fs ?? nodeRecordingFs, maxQueuedBytes, (cause) =>
    fail('VAULT_WRITE_FAILED', cause),
  )
  part.push(Buffer.concat([spec.header, sealer.header]))

  const disarm = () => {
    cancel?.()
    cancel = undefined
  }
  const sealChunk = () => {
    const sealed = sealer.seal(rest)
    rest.fill(0)
    filled = 0
    segments += 1
    if (!part.push(sealed)) fail('VAULT_OVERLOADED')
  }
  const flush = () => {
    disarm()
    if (filled === 0 || failed !== undefined) return
    rest.fill(newline, filled)
    sealChunk()
    part.sync()
  }
  const put = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) {
      const take = Math.min(bytes.length - at, chunkBytes - filled)
      rest.set(bytes.subarray(at, at + take), filled)
      filled += take
      at += take
      if (filled === chunkBytes) sealChunk()
    }
  }
  return {
    ready: part.created,
    get dropped() {
      return dropped
    },
    add(line) {
      if (failed !== undefined || finished !== undefined || segments * chunkBytes >= maxPlainBytes) {
        dropped += 1
        return
      }
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
      put(bytes)
      bytes.fill(0)
      lines += 1
      if (filled > 0) cancel ??= o.clock.set(o.sealEveryMs, flush)
    },
    finish() {
      finished ??= (async () => {
        disarm()
        if (failed === undefined) {
          if (!part.push(sealer.finish(rest.subarray(0, filled)))) fail('VAULT_OVERLOADED')
          segments += 1
          rest.fill(0)
        }
        if (failed !== undefined) throw failed
        await part.publish()
        return { bytes: part.written, segments, lines, sha256: part.sha256() }
      })()
      return finished
    },
  }
}
