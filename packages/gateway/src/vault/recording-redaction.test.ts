import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newRecordingHeader } from './new-recording.ts'
import { nodeRecordingFs, type RecordingFs } from './part-file.ts'
import { openRecording } from './recording-reader.ts'
import type { RecordingMark } from './recording-marks.ts'
import {
  recordingWriter,
  type MissedRedaction,
  type RecordingHold,
  type RecordingWriter,
} from './recording-writer.ts'
import { recoverRecordings } from './recover-recordings.ts'
import { silentLog } from '#kernel'
import { bench, gather, identity, random, speak, spoken, type Bench } from './test-keys.ts'

const hold: RecordingHold = { maxMs: 3_000, unjudged: 'silence', mask: 'silence' }
const samplesPerMs = 8

function start(at: Bench, spec: { readonly hold?: RecordingHold } = {}, fs: RecordingFs = nodeRecordingFs) {
  const owner = identity()
  const path = join(at.dir, `${owner.recording}.vxr`)
  const missed: MissedRedaction[] = []
  const writer = recordingWriter(
    {
      id: owner.recording,
      path,
      header: newRecordingHeader(owner, at.clock.now()),
      dataKey: at.keys.fresh(owner),
      fsyncMs: 0,
      ...spec,
    },
    { clock: at.clock, random, fs, onMissed: (one) => missed.push(one) },
  )
  const audio = async (segments: number, state: 'sealed' | 'recovered' = 'sealed') => {
    await using reader = await openRecording(path, at.keys.open, { ...owner, state, segments })
    return await gather(reader.read(0, reader.durationMs + 1))
  }
  return { owner, path, writer, missed, audio }
}

/** A disk that tells when it has taken so many writes. */
function tellingFs(writes: number, tell: () => void): RecordingFs {
  return {
    ...nodeRecordingFs,
    async create(path) {
      const file = await nodeRecordingFs.create(path)
      return {
        ...file,
        async write(bytes, position) {
          await file.write(bytes, position)
          if (--writes === 0) tell()
        },
      }
    },
  }
}

/** Speaks, and has all but the last second of it judged as it goes on. */
async function speakJudged(at: Bench, writer: RecordingWriter, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await speak(at.clock, writer, 50, second * 50)
    for (const channel of [0, 1] as const) writer.judged(channel, Math.max(0, second - 1) * 8_000)
  }
}

const mark = (one: Partial<RecordingMark>): RecordingMark => ({
  channel: 0,
  fromMs: 0,
  toMs: 0,
  kind: 'redacted',
  why: 'card',
  ...one,
})

test('recordingWriter() seals the same with a hold, when all was judged, as without one', async () => {
  using at = bench()
  const { writer, audio, missed } = start(at, { hold })
  await speakJudged(at, writer, 12)
  for (const channel of [0, 1] as const) writer.judged(channel, 12 * 8_000)
  const sealed = await writer.finish()
  assert.deepEqual(await audio(sealed.segments), spoken(12 * 8_000))
  assert.deepEqual([sealed.marks, missed, writer.late], [[], [], 0])
})

test('recordingWriter().redact() silences one channel of a stretch, what is still to come of it too, and marks it', async () => {
  using at = bench()
  const { writer, audio } = start(at, { hold })
  await speak(at.clock, writer, 100)
  writer.redact(0, 1_800 * samplesPerMs, 2_200 * samplesPerMs, 'card')
  writer.redact(0, 2_200 * samplesPerMs, 2_300 * samplesPerMs, 'card')
  await speak(at.clock, writer, 50, 100)
  for (const channel of [0, 1] as const) writer.judged(channel, 24_000)
  const sealed = await writer.finish()
  const all = await audio(sealed.segments)
  for (const [index, code] of spoken(24_000).entries()) {
    const ms = (index >> 1) / samplesPerMs
    const inside = index % 2 === 0 && ms >= 1_800 && ms < 2_300
    if (inside) assert.ok((all[index] ?? 0) === 0xff || ms < 1_801 || ms >= 2_299)
    else assert.equal(all[index], code)
  }
  assert.deepEqual(sealed.marks, [mark({ fromMs: 1_800, toMs: 2_300 })])
})

test('recordingWriter() silences and marks what nobody judged in time, and at the end what nobody judged at all', async () => {
  using at = bench()
  const { writer, audio } = start(at, { hold })
  writer.judged(1, 1e9)
  await speak(at.clock, writer, 500)
  const sealed = await writer.finish()
  const all = await audio(sealed.segments)
  const side = (channel: number) => all.filter((_, index) => index % 2 === channel)
  assert.ok(side(0).every((code) => code === 0xff))
  assert.deepEqual(
    side(1),
    spoken(80_000).filter((_, index) => index % 2 === 1),
  )
  assert.deepEqual(sealed.marks, [mark({ toMs: 10_000, kind: 'unjudged', why: 'not judged in time' })])
})

test('recordingWriter() keeps what nobody judged where the policy says so, and marks it as kept', async () => {
  using at = bench()
  const { writer, audio, missed } = start(at, { hold: { ...hold, unjudged: 'keep' } })
  await speak(at.clock, writer, 500)
  writer.redact(0, 800, 1_600, 'card')
  const sealed = await writer.finish()
  assert.deepEqual(await audio(sealed.segments), spoken(80_000))
  assert.deepEqual(missed, [{ channel: 0, fromMs: 100, toMs: 200, why: 'card' }])
  assert.deepEqual(
    sealed.marks.map(({ channel, kind, why }) => [channel, kind, why]),
    [
      [0, 'unjudged', 'kept'],
      [1, 'unjudged', 'kept'],
    ],
  )
})

test('recordingWriter() without a hold redacts what is not sealed yet, and tells what is, with the fade that was made of it', async () => {
  using at = bench()
  const { writer, audio, missed } = start(at)
  await speak(at.clock, writer, 200)
  writer.redact(1, 0, 32_000, 'asked')
  const sealed = await writer.finish()
  const all = await audio(sealed.segments)
  const chunk = 1_024
  assert.deepEqual(missed, [{ channel: 1, fromMs: 0, toMs: 3 * chunk + 1, why: 'asked' }])
  assert.deepEqual(all.subarray(0, 3 * chunk * 16), spoken(3 * chunk * samplesPerMs))
  const rest = all.subarray(3 * chunk * 16)
  assert.ok(
    rest
      .filter((_, index) => index % 2 === 1)
      .subarray(8)
      .every((code) => code === 0xff),
  )
  assert.deepEqual(sealed.marks, [mark({ channel: 1, fromMs: 3 * chunk, toMs: 4_000, why: 'asked' })])
})

test('recordingWriter() takes stretches that are none for nothing', async () => {
  using at = bench()
  const { writer, audio } = start(at, { hold: { ...hold, unjudged: 'keep' } })
  await speak(at.clock, writer, 50)
  for (const [from, to] of [
    [5, 5],
    [9, 3],
    [Number.NaN, 100],
    [-500, -10],
    [100, Number.NaN],
  ] as const)
    writer.redact(0, from, to, 'x')
  writer.judged(0, Number.NaN)
  writer.judged(1, -1)
  const sealed = await writer.finish()
  assert.deepEqual(await audio(sealed.segments), spoken(8_000))
  assert.deepEqual(
    sealed.marks.filter(({ kind }) => kind === 'redacted'),
    [],
  )
})

test('recordingWriter() marks pauses on both channels and secure rooms on the caller’s, up to the end when they last', async () => {
  using at = bench()
  const { writer } = start(at)
  await speak(at.clock, writer, 50)
  writer.pause()
  await speak(at.clock, writer, 50, 50)
  writer.resume()
  writer.mark('secure', true)
  await speak(at.clock, writer, 50, 100)
  writer.mark('secure', false)
  await speak(at.clock, writer, 50, 150)
  writer.mark('secure', true)
  await speak(at.clock, writer, 25, 200)
  const { marks } = await writer.finish()
  assert.deepEqual(marks, [
    mark({ fromMs: 1_000, toMs: 2_000, kind: 'paused', why: 'paused' }),
    mark({ channel: 1, fromMs: 1_000, toMs: 2_000, kind: 'paused', why: 'paused' }),
    mark({ fromMs: 2_000, toMs: 3_000, kind: 'secure', why: 'secure' }),
    mark({ fromMs: 4_000, toMs: 4_500, kind: 'secure', why: 'secure' }),
  ])
})

test('recordingWriter() has nothing on the disk of what waits to be judged: a crash loses it', async () => {
  using at = bench()
  const written = Promise.withResolvers<void>()
  const { owner, path, writer, audio } = start(
    at,
    { hold: { ...hold, maxMs: 30_000 } },
    tellingFs(4, written.resolve),
  )
  await writer.ready
  await speak(at.clock, writer, 500)
  for (const channel of [0, 1] as const) writer.judged(channel, 3 * 8_192 + 100)
  await written.promise // the header, and three segments
  // The process dies here.
  const [found] = await recoverRecordings({
    store: { unfinished: async () => [{ ...owner, path }], settle: async () => {} },
    openKey: at.keys.open,
    log: silentLog,
  })
  assert.ok(found?.outcome.state === 'recovered')
  const { segments, marks } = found.outcome.sealed
  assert.deepEqual([segments, marks], [3, []])
  assert.deepEqual(await audio(segments, 'recovered'), spoken(3 * 8_192))
  rmSync(path)
  await writer.finish().catch(() => {})
})
