import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createId, fakeClock, type FakeClock, type Random, type TenantId } from '#kernel'
import { chunkBytes } from './cobblestone.ts'
import { newRecordingHeader, type OpenRecordingKey } from './new-recording.ts'
import { parseRecordingHeader, type RecordingIdentity } from './recording-header.ts'
import type { RecordingFs } from './part-file.ts'
import { recordingSealer } from './recording-sealer.ts'
import { recordingLayout } from './section-layout.ts'
import { recordingWriter, type RecordingWriter, type SealedSummary } from './recording-writer.ts'

let drawn = 0
/** Never the same twice in a process, and the same in every run. */
export const random: Random = {
  bytes: (count) =>
    new Uint8Array(
      createHash('shake256', { outputLength: count }).update(`voxkeep test ${++drawn}`).digest(),
    ),
}

/** Stands in for the tenants' keys: one data key for each recording, the same for the same seed. */
export interface TestKeys {
  /** The caller's to zero. */
  fresh(owner: RecordingIdentity): Uint8Array
  readonly open: OpenRecordingKey
  /** As after shredding. */
  forget(owner: RecordingIdentity): void
}

export function testKeys(seed = 'keys'): TestKeys {
  const gone = new Set<string>()
  const keyOf = ({ tenant, recording }: RecordingIdentity) =>
    new Uint8Array(createHash('sha256').update(`${seed} ${tenant} ${recording}`).digest())
  return {
    fresh: keyOf,
    async open(owner) {
      if (gone.has(owner.recording)) throw Object.assign(new Error('no key'), { code: 'KEY_UNKNOWN' })
      return keyOf(owner)
    },
    forget: (owner) => void gone.add(owner.recording),
  }
}

/** A folder with keys, gone when disposed. */
export interface Bench extends Disposable {
  readonly dir: string
  readonly clock: FakeClock
  readonly keys: TestKeys
}

export function bench(seed?: string): Bench {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-vault-'))
  return {
    dir,
    clock: fakeClock(),
    keys: testKeys(seed),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}

export function identity(tenant = 'acme'): RecordingIdentity {
  const now = 1_700_000_000_000
  return {
    tenant: tenant as TenantId,
    call: createId('call', now, random),
    recording: createId('rec', now, random),
  }
}

export function startRecording(
  o: Pick<Bench, 'dir' | 'clock' | 'keys'>,
  owner: RecordingIdentity,
  more: {
    readonly fs?: RecordingFs
    readonly fsyncMs?: number
    readonly onFailure?: (code: string) => void
  } = {},
): { readonly path: string; readonly writer: RecordingWriter } {
  const path = join(o.dir, `${owner.recording}.vxr`)
  const header = newRecordingHeader(owner, o.clock.now())
  const spec = {
    id: owner.recording,
    path,
    header,
    dataKey: o.keys.fresh(owner),
    fsyncMs: more.fsyncMs ?? 5_000,
  }
  return { path, writer: recordingWriter(spec, { clock: o.clock, random, ...more }) }
}

/** What channel `channel` says at sample `position`: no two neighbours alike, no two channels, never silence. */
export function audioAt(channel: 0 | 1, position: number): number {
  return ((position * 7 + (position >> 8) * 13 + channel * 101) % 250) + 1
}

/** Writes `frames` 20 ms frames on both channels, letting the clock and the disk keep up. */
export async function speak(
  clock: FakeClock,
  writer: RecordingWriter,
  frames: number,
  from = 0,
): Promise<void> {
  for (let frame = from; frame < from + frames; frame++) {
    for (const channel of [0, 1] as const) writer.write(channel, frame * 160, frameOf(channel, frame))
    clock.advance(20)
    if (frame % 50 === 49) await new Promise(setImmediate)
  }
}

export function frameOf(channel: 0 | 1, frame: number): Uint8Array {
  const ulaw = new Uint8Array(160)
  for (let at = 0; at < 160; at++) ulaw[at] = audioAt(channel, frame * 160 + at)
  return ulaw
}

/** What a recording of `samples` samples of `speak` holds. */
export function spoken(samples: number): Uint8Array {
  const both = new Uint8Array(2 * samples)
  for (let at = 0; at < both.length; at++) both[at] = audioAt((at & 1) as 0 | 1, at >> 1)
  return both
}

export async function gather(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return new Uint8Array(Buffer.concat(all))
}

/** A finished recording of `frames` frames. */
export async function recorded(
  o: Pick<Bench, 'dir' | 'clock' | 'keys'>,
  frames: number,
  owner = identity(),
): Promise<{ readonly path: string; readonly owner: RecordingIdentity; readonly sealed: SealedSummary }> {
  const { path, writer } = startRecording(o, owner)
  await writer.ready
  await speak(o.clock, writer, frames)
  return { path, owner, sealed: await writer.finish() }
}

/** As `recorded`, at once and without a writer, however long. */
export function sealedRecording(
  o: Pick<Bench, 'dir' | 'clock' | 'keys'>,
  frames: number,
  owner = identity(),
) {
  const path = join(o.dir, `${owner.recording}.vxr`)
  const header = newRecordingHeader(owner, o.clock.now())
  const info = parseRecordingHeader(header)
  if (info === undefined) throw new Error('no header')
  const sealer = recordingSealer(info, header, o.keys.fresh(owner), random)
  const plain = spoken(frames * 160)
  const parts = [sealer.start]
  let at = 0
  for (; plain.length - at >= chunkBytes; at += chunkBytes)
    parts.push(sealer.seal(plain.subarray(at, at + chunkBytes)))
  parts.push(sealer.finish(plain.subarray(at)))
  const bytes = Buffer.concat(parts)
  writeFileSync(path, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const { chunks: segments } = recordingLayout(bytes.length - sealer.start.length)
  const sealed: SealedSummary = { bytes: bytes.length, segments, durationMs: frames * 20, sha256, marks: [] }
  return { path, owner, sealed }
}
