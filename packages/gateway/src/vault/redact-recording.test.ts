import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cobblestoneOpener } from './cobblestone.ts'
import { VaultError } from './error.ts'
import { openRecording } from './recording-reader.ts'
import { redactRecording, type RedactedStretch } from './redact-recording.ts'
import { nodeRecordingFs, type RecordingFs } from './part-file.ts'
import { openSealedObject } from './sealed-object.ts'
import { sectionKeys } from './section-keys.ts'
import { sealedSectionBytes } from './section-layout.ts'
import { sectionOpener } from './section-seal.ts'
import { bench, gather, identity, random, sealedRecording, spoken, type Bench } from './test-keys.ts'

async function redacted(
  at: Bench,
  spans: readonly RedactedStretch[],
  more: { readonly frames?: number; readonly mask?: 'silence' | 'tone'; readonly fs?: RecordingFs } = {},
) {
  const old = sealedRecording(at, more.frames ?? 500)
  const next = { ...old.owner, recording: identity().recording }
  const path = join(at.dir, `${next.recording}.vxr`)
  const dataKey = at.keys.fresh(next)
  const sealed = await redactRecording({
    from: old.path,
    openKey: at.keys.open,
    expected: { ...old.owner, state: 'sealed', segments: old.sealed.segments, sha256: old.sealed.sha256 },
    spans,
    mask: more.mask ?? 'silence',
    to: { id: next.recording, path, dataKey },
    random,
    ...(more.fs && { fs: more.fs }),
  })
  const audio = async () => {
    await using reader = await openRecording(path, at.keys.open, {
      ...next,
      state: 'sealed',
      segments: sealed.segments,
    })
    return await gather(reader.read(0, sealed.durationMs + 1))
  }
  return { old, next, path, sealed, dataKey, audio }
}

test('redactRecording() seals a recording of its own with the stretches silent and everything else as it was', async () => {
  using at = bench()
  const { old, path, sealed, dataKey, audio } = await redacted(at, [
    { channel: 0, fromMs: 900, toMs: 1_200 },
    { channel: 1, fromMs: 5_000, toMs: 5_010.5 },
  ])
  assert.equal(sealed.isChanged, true)
  assert.deepEqual(
    { segments: sealed.segments, durationMs: sealed.durationMs },
    { segments: old.sealed.segments, durationMs: old.sealed.durationMs },
  )
  assert.equal(sealed.sha256, createHash('sha256').update(readFileSync(path)).digest('hex'))
  assert.deepEqual(dataKey, new Uint8Array(32))
  const [was, is] = [spoken(80_000), await audio()]
  const within = (sample: number, channel: number) =>
    channel === 0 ? sample >= 7_200 && sample < 9_600 : sample >= 40_000 && sample < 40_084
  for (const [index, code] of is.entries()) {
    const [sample, channel] = [index >> 1, index & 1]
    if (!within(sample, channel)) assert.equal(code, was[index])
  }
  const middle = is.filter((_, index) => index % 2 === 0).subarray(7_208, 9_592)
  assert.ok(middle.every((code) => code === 0xff || code === 0x7f))
})

test('redactRecording() makes nothing readable with the old key, and the old recording with neither the new one', async () => {
  using at = bench()
  const { old, next, path, sealed } = await redacted(at, [{ channel: 0, fromMs: 0, toMs: 100 }])
  at.keys.forget(old.owner)
  const open = (file: string, owner: typeof next) =>
    openRecording(file, at.keys.open, { ...owner, state: 'sealed', segments: sealed.segments })
  await assert.rejects(open(old.path, old.owner), { code: 'KEY_UNKNOWN' })
  await assert.rejects(open(old.path, next), { code: 'VAULT_TAMPERED' })
  await (await open(path, next))[Symbol.asyncDispose]()
})

test('redactRecording() says that nothing changed when the stretch was silent already', async () => {
  using at = bench()
  const first = await redacted(at, [{ channel: 0, fromMs: 900, toMs: 1_200 }])
  const again = { ...first.next, recording: identity().recording }
  const { isChanged } = await redactRecording({
    from: first.path,
    openKey: at.keys.open,
    expected: {
      ...first.next,
      state: 'sealed',
      segments: first.sealed.segments,
      sha256: first.sealed.sha256,
    },
    spans: [{ channel: 0, fromMs: 900, toMs: 1_200 }],
    mask: 'silence',
    to: { id: again.recording, path: join(at.dir, 'again.vxr'), dataKey: at.keys.fresh(again) },
    random,
  })
  assert.equal(isChanged, false)
})

test('redactRecording() leaves a `.part` file and no recording when the disk refuses', async () => {
  using at = bench()
  let writes = 0
  const fs: RecordingFs = {
    ...nodeRecordingFs,
    async create(path) {
      const file = await nodeRecordingFs.create(path)
      return {
        ...file,
        write: (bytes, position) =>
          ++writes > 2 ? Promise.reject(new Error('ENOSPC')) : file.write(bytes, position),
      }
    },
  }
  await assert.rejects(
    redacted(at, [{ channel: 0, fromMs: 0, toMs: 100 }], { fs }),
    (error: unknown) => error instanceof VaultError && error.code === 'VAULT_WRITE_FAILED',
  )
  const names = readdirSync(at.dir)
  assert.deepEqual(
    [
      names.filter((name) => name.endsWith('.vxr')).length,
      names.filter((name) => name.endsWith('.part')).length,
    ],
    [1, 1],
  )
})

/** 100 s: three whole sections of 32.768 s and a short one. */
const longFrames = 5_000
const inSecond = { channel: 0 as const, fromMs: 40_000, toMs: 44_000 }

/** The sealed sections of an object, as they lie in it. */
async function sectionsOf(
  at: Bench,
  file: string,
  owner: ReturnType<typeof identity>,
): Promise<Uint8Array[]> {
  await using object = await openSealedObject(file, at.keys.open, owner)
  const sections = []
  for (let n = 0; n < object.layout.sections; n++) sections.push(await object.sealedSection(n))
  return sections
}

test('redactRecording() seals only the sections anew that a stretch lies in, and copies the others to the byte', async () => {
  using at = bench()
  const crossing = { channel: 1 as const, fromMs: 65_000, toMs: 66_000 } // the second ends at 65,536 ms
  for (const [spans, touched] of [
    [[inSecond], [1]],
    [[crossing], [1, 2]],
    [
      [inSecond, { ...inSecond, channel: 1 as const, fromMs: 99_990, toMs: 120_000 }],
      [1, 3],
    ],
    [[{ ...inSecond, fromMs: 100_001, toMs: 101_000 }], []],
  ] as const) {
    const { old, next, path, sealed, audio } = await redacted(at, spans, { frames: longFrames })
    const [was, is] = [await sectionsOf(at, old.path, old.owner), await sectionsOf(at, path, next)]
    assert.equal(is.length, 4)
    for (const [n, section] of is.entries())
      assert.equal(
        Buffer.compare(section, was[n] ?? new Uint8Array()) === 0,
        !touched.some((one) => one === n),
      )
    const bytes = touched.reduce<number>((sum, n) => sum + (is[n]?.length ?? 0), 0)
    assert.deepEqual([sealed.sections, sealed.resealedBytes], [touched.length, bytes])
    assert.ok(sealed.resealedBytes <= touched.length * sealedSectionBytes)
    const [before, after] = [spoken(longFrames * 160), await audio()]
    for (const [index, code] of after.entries()) {
      const [ms, channel] = [(index >> 1) / 8, index & 1]
      if (!spans.some((span) => span.channel === channel && ms >= span.fromMs && ms < span.toMs))
        assert.equal(code, before[index])
    }
  }
})

test('redactRecording() leaves nothing that opens what the touched sections held, in any copy, while the others still open', async () => {
  using at = bench()
  const { old, next, path, dataKey } = await redacted(at, [inSecond], { frames: longFrames })
  const copies = await sectionsOf(at, old.path, old.owner)
  at.keys.forget(old.owner)
  await using object = await openSealedObject(path, at.keys.open, next)
  const keys = sectionKeys(object.keys)
  const opens = (key: Uint8Array, place: number, copy: Uint8Array) =>
    sectionOpener(key, old.owner, place, copy.subarray(0, 56))?.open(0, copy.subarray(56, 56 + 16_400))
  for (const [n, copy] of copies.entries()) {
    const key = keys.of(n)
    assert.ok(key !== undefined)
    assert.equal(opens(key, n, copy) !== undefined, n !== 1, `section ${n}`)
  }
  const touched = copies[1] ?? assert.fail()
  const left = [
    ...object.keys.map(({ key }) => key),
    ...copies.flatMap((_, n) => keys.of(n) ?? []),
    at.keys.fresh(next),
    dataKey,
  ]
  for (const key of left) {
    assert.equal(opens(new Uint8Array(key), 1, touched), undefined)
    assert.equal(cobblestoneOpener(new Uint8Array(key), new Uint8Array(), touched.subarray(0, 56)), undefined)
  }
})

test('redactRecording() can be done again and again, and each time only what is touched changes', async () => {
  using at = bench()
  const first = await redacted(at, [inSecond], { frames: longFrames })
  const again = { ...first.next, recording: identity().recording }
  const path = join(at.dir, 'again.vxr')
  const { segments, sha256 } = first.sealed
  const second = await redactRecording({
    from: first.path,
    openKey: at.keys.open,
    expected: { ...first.next, state: 'sealed', segments, sha256 },
    spans: [{ channel: 1, fromMs: 41_000, toMs: 45_000 }],
    mask: 'silence',
    to: { id: again.recording, path, dataKey: at.keys.fresh(again) },
    random,
  })
  assert.equal(second.sections, 1)
  const [was, is] = [await sectionsOf(at, first.path, first.next), await sectionsOf(at, path, again)]
  assert.deepEqual(
    is.map((section, n) => Buffer.compare(section, was[n] ?? new Uint8Array()) === 0),
    [true, false, true, true],
  )
  await using object = await openSealedObject(path, at.keys.open, again)
  const key = sectionKeys(object.keys).of(1) ?? assert.fail()
  assert.equal(sectionOpener(key, again, 1, was[1]?.subarray(0, 56) ?? assert.fail()), undefined)
})

test('redactRecording() refuses a recording of which a section that it would only copy was altered', async () => {
  using at = bench()
  const old = sealedRecording(at, longFrames)
  const bytes = readFileSync(old.path)
  bytes[bytes.length - 300_000] = (bytes.at(-300_000) ?? 0) ^ 1
  writeFileSync(old.path, bytes)
  const next = { ...old.owner, recording: identity().recording }
  const { segments, sha256 } = old.sealed
  await assert.rejects(
    redactRecording({
      from: old.path,
      openKey: at.keys.open,
      expected: { ...old.owner, state: 'sealed', segments, sha256 },
      spans: [inSecond],
      mask: 'silence',
      to: { id: next.recording, path: join(at.dir, 'next.vxr'), dataKey: at.keys.fresh(next) },
      random,
    }),
    { code: 'VAULT_TAMPERED' },
  )
  assert.ok(!existsSync(join(at.dir, 'next.vxr')))
})

test('redactRecording() of what a crash cut short leaves it cut where it was', async () => {
  using at = bench()
  const old = sealedRecording(at, longFrames)
  const whole = readFileSync(old.path)
  const start =
    whole.length - (await sectionsOf(at, old.path, old.owner)).reduce((sum, { length }) => sum + length, 0)
  const segments = 34 // a whole section, and two chunks
  const cut = whole.subarray(0, start + sealedSectionBytes + 56 + 2 * 16_400)
  writeFileSync(old.path, cut)
  const next = { ...old.owner, recording: identity().recording }
  const path = join(at.dir, 'next.vxr')
  const sealed = await redactRecording({
    from: old.path,
    openKey: at.keys.open,
    expected: {
      ...old.owner,
      state: 'recovered',
      segments,
      sha256: createHash('sha256').update(cut).digest('hex'),
    },
    spans: [{ channel: 0, fromMs: 33_000, toMs: 60_000 }],
    mask: 'silence',
    to: { id: next.recording, path, dataKey: at.keys.fresh(next) },
    random,
  })
  assert.deepEqual([sealed.segments, sealed.sections, sealed.isChanged], [segments, 1, true])
  await using reader = await openRecording(path, at.keys.open, { ...next, state: 'recovered', segments })
  const audio = await gather(reader.read(0, Infinity))
  assert.equal(audio.length, segments * 16_384)
  assert.deepEqual(audio.subarray(0, 33_000 * 16), spoken(33_000 * 8))
  const [caller, app] = [0, 1].map((channel) =>
    audio.subarray(33_001 * 16).filter((_, n) => n % 2 === channel),
  )
  assert.ok(caller?.every((code) => code === 0xff))
  assert.deepEqual(
    app,
    spoken(segments * 8_192)
      .subarray(33_001 * 16)
      .filter((_, n) => n % 2 === 1),
  )
})
