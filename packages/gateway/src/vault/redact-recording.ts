import { createHash, type Hash } from 'node:crypto'
import { dirname } from 'node:path'
import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import type { ByteSource, Random, RecordingId } from '#kernel'
import { chunkBytes, type CobblestoneSealer } from './cobblestone.ts'
import { VaultError } from './error.ts'
import { maskPairs, type Mask, type MaskedSpan } from './mask.ts'
import { newRecordingHeader, type OpenRecordingKey } from './new-recording.ts'
import { nodeRecordingFs, type RecordingFile, type RecordingFs } from './part-file.ts'
import { openExpected, type ExpectedRecording } from './recording-reader.ts'
import type { SealedObject } from './sealed-object.ts'
import { freshSectionKeys, inOrder, sectionKeys, withoutSections } from './section-keys.ts'
import { chunksPerSection, sectionPlainBytes } from './section-layout.ts'
import { sealSectionKeys, sectionSealer } from './section-seal.ts'

export interface RedactedStretch {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
}

export interface RecordingRedaction {
  readonly from: string | ByteSource
  readonly openKey: OpenRecordingKey
  /** `sha256`: of the whole object, as it is listed. */
  readonly expected: ExpectedRecording & { readonly sha256: string }
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
  /** Sections that were opened and sealed anew. All others are as they were, to the byte. */
  readonly sections: number
  /** Bytes of them. */
  readonly resealedBytes: number
}

const samplesPerMs = 8

/**
 * Makes a recording in which stretches are overwritten, beside the one it is made of. Only the sections that a stretch lies in are opened, and
 * sealed anew under keys of their own; the others are copied as they are sealed, and their keys sealed under the new recording's data key.
 * From that nothing follows which opens what the touched sections held, in any copy. The file exists under its name only once it is whole and durable.
 * Audio in clear is never more than a chunk, in memory. Rejects with what opening rejects with, or
 * with `VaultError` (`VAULT_TAMPERED`, `VAULT_WRITE_FAILED`); what it began then lies under the `.part` name.
 */
export async function redactRecording(o: RecordingRedaction): Promise<ResealedRecording> {
  try {
    await using object = await openExpected(o.from, o.openKey, o.expected)
    return await redactObject(object, o)
  } finally {
    o.to.dataKey.fill(0)
  }
}

async function redactObject(object: SealedObject, o: RecordingRedaction): Promise<ResealedRecording> {
  const { layout, info } = object
  const owner = { tenant: o.expected.tenant, call: o.expected.call, recording: o.to.id }
  const touched = touchedSections(o.spans, layout.plainBytes / 2)
  const nodes = inOrder([
    ...withoutSections(object.keys, touched, layout.sections),
    ...freshSectionKeys(touched, o.random),
  ])
  const keys = sectionKeys(nodes)
  using _ = { [Symbol.dispose]: keys.wipe }
  const header = newRecordingHeader(owner, Date.parse(info.startedAt), nodes.length)
  await using file = await sealedFile(o.to.path, o.fs ?? nodeRecordingFs)
  await file.add(header)
  await file.add(sealSectionKeys(nodes, header, { owner, dataKey: o.to.dataKey, random: o.random }))
  const brush = redactor(o.spans, o.mask)
  const was = createHash('sha256').update(object.start)
  let resealedBytes = 0
  for (let section = 0; section < layout.sections; section++) {
    const sealed = await object.sealedSection(section)
    was.update(sealed)
    if (!touched.has(section)) {
      await file.add(sealed)
      continue
    }
    if (!touched.has(section - 1)) brush.begin()
    const key = keys.of(section)
    if (key === undefined) throw new RangeError('a section has no key')
    const sealer = sectionSealer(key, owner, section, o.random)
    const parts = [sealer.header, ...(await resealed(object, section, { sealer, brush }))]
    for (const part of parts) await file.add(part)
    resealedBytes += parts.reduce((sum, part) => sum + part.length, 0)
  }
  // What is copied unopened is what was listed: whoever changed it is not handed on.
  if (was.digest('hex') !== o.expected.sha256)
    throw new VaultError('VAULT_TAMPERED', 'the recording is not the one that was listed')
  const durationMs = Math.round(layout.plainBytes / 2 / samplesPerMs)
  const done = { isChanged: brush.isUsed, segments: layout.chunks, durationMs }
  return { ...done, ...(await file.publish()), sections: touched.size, resealedBytes }
}

const samplesPerSection = sectionPlainBytes / 2

function touchedSections(spans: readonly RedactedStretch[], samples: number): Set<number> {
  const touched = new Set<number>()
  for (const { fromMs, toMs } of spans) {
    const from = Math.max(0, Math.floor(fromMs * samplesPerMs))
    const to = Math.min(samples, Math.ceil(toMs * samplesPerMs))
    for (let at = from; at < to; at = (Math.floor(at / samplesPerSection) + 1) * samplesPerSection)
      touched.add(Math.floor(at / samplesPerSection))
  }
  return touched
}

/** The chunks of one section, opened, overwritten where a stretch lies, and sealed; ended, or not, as it was. */
async function resealed(
  object: SealedObject,
  section: number,
  { sealer, brush }: { readonly sealer: CobblestoneSealer; readonly brush: Redactor },
): Promise<Uint8Array[]> {
  const { chunks, wholeSections } = object.layout
  const first = section * chunksPerSection
  const parts: Uint8Array[] = []
  for (let index = first; index < Math.min(first + chunksPerSection, chunks); index++) {
    const plain = await object.chunk(index)
    brush.apply(plain, index * (chunkBytes / 2))
    parts.push(plain.length < chunkBytes ? sealer.finish(plain) : sealer.seal(plain))
    plain.fill(0)
  }
  if (section < wholeSections) parts.push(sealer.finish(new Uint8Array()))
  return parts
}

interface Redactor {
  /** Whether a sample changed. */
  readonly isUsed: boolean
  /** What comes does not follow what was before: a stretch that begins with it begins without a fade. */
  begin(): void
  apply(pairs: Uint8Array, start: number): void
}

/** Overwrites the stretches in one piece of the audio after the other. */
function redactor(spans: readonly RedactedStretch[], mask: Mask): Redactor {
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
  const last: [number, number] = [ULAW_SILENCE, ULAW_SILENCE]
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
    last[channel] = pairs.at(channel - 2) ?? ULAW_SILENCE
  }
  return {
    get isUsed() {
      return isUsed
    },
    begin: () => void last.fill(ULAW_SILENCE),
    apply(pairs, start) {
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
