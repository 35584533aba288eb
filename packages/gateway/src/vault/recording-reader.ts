import { decodeUlaw } from '@voxkeep/wire/g711'
import { wavHeader } from '@voxkeep/wire/wav'
import type { ByteSource } from '#kernel'
import { chunkBytes } from './cobblestone.ts'
import { VaultError } from './error.ts'
import type { OpenRecordingKey } from './new-recording.ts'
import type { RecordingIdentity, RecordingInfo } from './recording-header.ts'
import { openSealedObject, type SealedObject } from './sealed-object.ts'
import type { SkippedSpan } from './skipped-spans.ts'

/**
 * What our own books say of the recording. The file alone cannot tell a recording that a crash cut short from one that
 * an attacker cut, nor whose it should be: these do.
 */
export interface ExpectedRecording extends RecordingIdentity {
  readonly state: 'sealed' | 'recovered'
  readonly segments: number
}

export interface RecordingReader extends AsyncDisposable {
  readonly info: RecordingInfo
  /** False for a recording that was recovered after a crash: it ends at its last sealed segment. */
  readonly complete: boolean
  readonly durationMs: number
  /**
   * Interleaved µ-law (caller | app) from `fromMs` up to `toMs`, opening only the chunks that it lies in. The pieces are
   * the caller's. Throws `VaultError` (`VAULT_TAMPERED`) at a chunk that was changed, before any of it is given out.
   */
  read(fromMs: number, toMs: number): AsyncGenerator<Uint8Array>
  /** The same part as a stereo WAV file, readable in ranges; without `skipped`, which are in order and apart. */
  exportWav(
    fromMs: number,
    toMs: number,
    o: { readonly format: 'ulaw' | 'pcm16'; readonly skipped?: readonly SkippedSpan[] },
  ): WavExport
}

export interface WavExport {
  /** Length of the whole WAV file. */
  readonly byteLength: number
  /** Bytes `start` up to `end` of the file (both clamped to it). */
  bytes(start?: number, end?: number): AsyncGenerator<Uint8Array>
}

const bytesPerMs = 16

/**
 * Opens a recording for reading: its file, or a source, which is disposed with the reader. Throws `VaultError`: `VAULT_NOT_FOUND`, and `VAULT_TAMPERED` when the file is
 * not, whole and unchanged, the recording that is expected; and what `openKey` rejects with.
 */
export async function openRecording(
  at: string | ByteSource,
  openKey: OpenRecordingKey,
  expected: ExpectedRecording,
): Promise<RecordingReader> {
  const object = await openExpected(at, openKey, expected)
  const { plainBytes, complete } = object.layout
  const clamp = (ms: number) => wholeSamples(Math.min(Math.max(0, Math.floor(ms * bytesPerMs)), plainBytes))
  return {
    info: object.info,
    complete,
    durationMs: Math.round(plainBytes / bytesPerMs),
    read: (fromMs, toMs) => readBytes(object, clamp(fromMs), clamp(toMs)),
    exportWav(fromMs, toMs, { format, skipped = [] }) {
      const holes = skipped.map((span) => ({ from: clamp(span.fromMs), to: clamp(span.toMs) }))
      return wavOf(object, without(holes, clamp(fromMs), clamp(toMs)), format)
    },
    [Symbol.asyncDispose]: () => object[Symbol.asyncDispose](),
  }
}

/** Both sides of a sample. By arithmetic: bit operators know 32 bits, and a length may have more. */
function wholeSamples(bytes: number): number {
  return bytes - (bytes % 2)
}

/** The sealed object of a recording that is, by its layout and its last chunk, what the books say. Rejects as `openRecording` does. */
export async function openExpected(
  at: string | ByteSource,
  openKey: OpenRecordingKey,
  expected: ExpectedRecording,
): Promise<SealedObject> {
  const object = await openSealedObject(at, openKey, expected)
  try {
    await checkExpected(object, expected)
    return object
  } catch (error) {
    await object[Symbol.asyncDispose]()
    throw error
  }
}

async function checkExpected(object: SealedObject, expected: ExpectedRecording): Promise<void> {
  const { layout } = object
  const whole = layout.complete === (expected.state === 'sealed') && layout.chunks === expected.segments
  if (!whole || layout.tornBytes > 0)
    throw new VaultError('VAULT_TAMPERED', 'the recording was cut or extended')
  if (layout.chunks > 0) await object.chunk(layout.chunks - 1) // authenticates the length
}

async function* readBytes(object: SealedObject, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const index = Math.floor(at / chunkBytes)
    const plain = await object.chunk(index)
    const part = plain.subarray(at - index * chunkBytes, Math.min(to - index * chunkBytes, chunkBytes))
    if (part.length === 0)
      throw new VaultError('VAULT_TAMPERED', 'a segment is shorter than the recording says')
    yield part
    at += part.length
  }
}

/** Bytes of a recording's audio. */
interface Piece {
  readonly from: number
  readonly to: number
}

/** What is left of `from` up to `to`. */
function without(holes: readonly Piece[], from: number, to: number): readonly Piece[] {
  const pieces: Piece[] = []
  let at = from
  for (const hole of [...holes, { from: to, to }]) {
    if (at < Math.min(hole.from, to)) pieces.push({ from: at, to: Math.min(hole.from, to) })
    at = Math.max(at, hole.to)
  }
  return pieces
}

/** Bytes `from` up to `to` of what the pieces are together. */
async function* readPieces(
  object: SealedObject,
  pieces: readonly Piece[],
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const piece of pieces) {
    const length = piece.to - piece.from
    const [first, last] = [Math.max(from - at, 0), Math.min(to - at, length)]
    if (first < last) yield* readBytes(object, piece.from + first, piece.from + last)
    at += length
  }
}

function wavOf(object: SealedObject, pieces: readonly Piece[], format: 'ulaw' | 'pcm16'): WavExport {
  const width = format === 'ulaw' ? 1 : 2
  const dataBytes = pieces.reduce((sum, { from, to }) => sum + to - from, 0) * width
  const header = wavHeader({ format, sampleRateHz: 8_000, channels: 2, dataBytes })
  const byteLength = header.length + dataBytes
  async function* bytes(start = 0, end = byteLength): AsyncGenerator<Uint8Array> {
    const first = Math.min(Math.max(0, start), byteLength)
    const last = Math.min(Math.max(first, end), byteLength)
    if (first < header.length && last > first) yield header.slice(first, last)
    const dataFirst = Math.max(first - header.length, 0)
    const dataLast = last - header.length
    if (dataLast <= dataFirst) return
    const codes = readPieces(object, pieces, Math.floor(dataFirst / width), Math.ceil(dataLast / width))
    let skip = dataFirst % width
    let left = dataLast - dataFirst
    for await (const part of codes) {
      const audio = format === 'ulaw' ? part : littleEndian(decodeUlaw(part, new Int16Array(part.length)))
      const cut = audio.subarray(skip, skip + left)
      skip = 0
      left -= cut.length
      yield cut
    }
  }
  return { byteLength, bytes }
}

function littleEndian(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [index, sample] of samples.entries()) view.setInt16(index * 2, sample, true)
  return bytes
}
