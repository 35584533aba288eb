import { createHash, type Hash } from 'node:crypto'
import { dirname } from 'node:path'
import type { ByteSource, Random, RecordingId } from '#kernel'
import { chunkBytes, cobblestoneSealer } from './cobblestone.ts'
import { VaultError } from './error.ts'
import { maskPairs, type Mask, type MaskedSpan } from './mask.ts'
import { newRecordingHeader, type OpenRecordingKey } from './new-recording.ts'
import { nodeRecordingFs, type RecordingFile, type RecordingFs } from './part-file.ts'
import { recordingContext } from './recording-header.ts'
import { openRecording, type ExpectedRecording } from './recording-reader.ts'

export interface RedactedStretch {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
}

export interface RecordingRedaction {
  readonly from: string | ByteSource
  readonly openKey: OpenRecordingKey
  readonly expected: ExpectedRecording
  readonly spans: readonly RedactedStretch[]
  readonly mask: Mask
  /** A recording of the same call, of its own id and key. `dataKey` is zeroed. */
  readonly to: { readonly id: RecordingId; readonly path: string; readonly dataKey: Uint8Array }
  readonly random: Random
  readonly fs?: RecordingFs
}

export interface ResealedRecording {
  /** False when every stretch was overwritten before: the new recording says what the old one does. */
  readonly isChanged: boolean
  readonly bytes: number
  readonly segments: number
  readonly durationMs: number
  readonly sha256: string
}

const samplesPerMs = 8

/**
 * Seals a recording anew, under another key, with stretches of it overwritten. Everything outside them is as it was, and the file exists under its
 * name only once it is whole and durable. Audio in clear is never more than a segment, in memory. Rejects with what opening rejects with, or
 * with `VaultError` (`VAULT_TAMPERED`, `VAULT_WRITE_FAILED`); what it began then lies under the `.part` name.
 */
export async function redactRecording(o: RecordingRedaction): Promise<ResealedRecording> {
  const { tenant, call, state } = o.expected
  try {
    await using reader = await openRecording(o.from, o.openKey, o.expected)
    const identity = { tenant, call, recording: o.to.id }
    const header = newRecordingHeader(identity, Date.parse(reader.info.startedAt))
    const sealer = cobblestoneSealer(o.to.dataKey, recordingContext(identity, header), o.random)
    await using file = await sealedFile(o.to.path, o.fs ?? nodeRecordingFs)
    await file.add(header)
    await file.add(sealer.header)
    const brush = redactor(o.spans, o.mask)
    let segments = 0
    let samples = 0
    let isEnded = false
    for await (const part of reader.read(0, reader.durationMs + 1)) {
      brush.apply(part, samples)
      samples += part.length / 2
      isEnded = part.length < chunkBytes
      segments += 1
      await file.add(isEnded ? sealer.finish(part) : sealer.seal(part))
      part.fill(0)
    }
    // A recording that a crash cut ends with a whole segment, and so does what is left of it.
    if (!isEnded && state === 'sealed') {
      segments += 1
      await file.add(sealer.finish(new Uint8Array()))
    }
    const { bytes, sha256 } = await file.publish()
    const durationMs = Math.round(samples / samplesPerMs)
    return { isChanged: brush.isUsed, bytes, segments, durationMs, sha256 }
  } finally {
    o.to.dataKey.fill(0)
  }
}

/** Overwrites the stretches in one piece of the audio after the other. */
function redactor(spans: readonly RedactedStretch[], mask: Mask) {
  const wanted = ([0, 1] as const).map((channel) =>
    spans
      .filter((span) => span.channel === channel)
      .map(({ fromMs, toMs }) => ({
        from: Math.floor(fromMs * samplesPerMs),
        to: Math.ceil(toMs * samplesPerMs),
        mask,
      }))
      .toSorted((a, b) => a.from - b.from),
  )
  const last: [number, number] = [0xff, 0xff]
  let isUsed = false
  const applyTo = (pairs: Uint8Array, start: number, channel: 0 | 1) => {
    const end = start + pairs.length / 2
    const here: MaskedSpan[] = (wanted[channel] ?? []).filter(({ from, to }) => from < end && to > start)
    if (here.length > 0) {
      const before = pairs.slice()
      maskPairs(pairs, start, channel, merged(here), last[channel])
      isUsed ||= Buffer.compare(before, pairs) !== 0
      before.fill(0)
    }
    last[channel] = pairs.at(channel - 2) ?? 0xff
  }
  return {
    get isUsed() {
      return isUsed
    },
    apply(pairs: Uint8Array, start: number) {
      applyTo(pairs, start, 0)
      applyTo(pairs, start, 1)
    },
  }
}

/** Stretches that touch as one: the fade of one must not be what the next one overwrites. */
function merged(spans: readonly MaskedSpan[]): MaskedSpan[] {
  const list: MaskedSpan[] = []
  for (const span of spans) {
    const before = list.at(-1)
    if (before === undefined || span.from > before.to) list.push(span)
    else list[list.length - 1] = { ...before, to: Math.max(before.to, span.to) }
  }
  return list
}

interface SealedFile extends AsyncDisposable {
  add(bytes: Uint8Array): Promise<void>
  /** Makes it durable under its name. */
  publish(): Promise<{ readonly bytes: number; readonly sha256: string }>
}

async function sealedFile(path: string, fs: RecordingFs): Promise<SealedFile> {
  const part = `${path}.part`
  const hash: Hash = createHash('sha256')
  let file: RecordingFile | undefined = await onDisk(() => fs.create(part))
  let bytes = 0
  const close = async () => {
    const open = file
    file = undefined
    await open?.close()
  }
  return {
    async add(more) {
      await onDisk(async () => file?.write(more, bytes))
      bytes += more.length
      hash.update(more)
    },
    async publish() {
      await onDisk(async () => {
        await file?.sync()
        await close()
        await fs.rename(part, path)
        await fs.syncDirectory(dirname(path))
      })
      return { bytes, sha256: hash.digest('hex') }
    },
    [Symbol.asyncDispose]: () => close().catch(() => {}),
  }
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new VaultError('VAULT_WRITE_FAILED', 'the redacted recording cannot be written', { cause })
  }
}
