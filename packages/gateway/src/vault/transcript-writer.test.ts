import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createId, fileSource, silentLog } from '#kernel'
import { VaultError, type VaultErrorCode } from './error.ts'
import { recoverTranscript } from './recover-transcripts.ts'
import { bench, identity, random, type Bench } from './test-keys.ts'
import {
  parseTranscriptHeader,
  serializeTranscriptHeader,
  type TranscriptIdentity,
} from './transcript-header.ts'
import { openTranscript } from './transcript-reader.ts'
import { transcriptWriter } from './transcript-writer.ts'

const isCode = (code: VaultErrorCode) => (error: unknown) =>
  error instanceof VaultError && error.code === code

const keyOf = async ({ transcript, content }: TranscriptIdentity) =>
  new Uint8Array(createHash('sha256').update(`${transcript} ${content}`).digest())

function owner(): TranscriptIdentity {
  const { tenant, call } = identity()
  return { tenant, call, transcript: createId('trn', 1_700_000_000_000, random), content: 'redacted' }
}

async function begin(at: Bench, of: TranscriptIdentity) {
  const path = join(at.dir, `${of.transcript}.vxr`)
  const header = serializeTranscriptHeader({ ...of, startedAt: '2026-01-02T03:04:05.006Z' })
  const dataKey = await keyOf(of)
  const writer = transcriptWriter({ path, header, dataKey }, { clock: at.clock, random, sealEveryMs: 10_000 })
  await writer.ready
  return { path, writer, dataKey }
}

/** Lets the disk keep up. */
async function until(isDone: () => boolean): Promise<void> {
  for (let turns = 0; turns < 100_000 && !isDone(); turns++) await new Promise(setImmediate)
  assert.ok(isDone())
}

test('transcriptWriter() seals lines that openTranscript() gives back, and nothing plain reaches the disk', async () => {
  using at = bench()
  const of = owner()
  const { path, writer, dataKey } = await begin(at, of)
  assert.deepEqual(dataKey, new Uint8Array(32))
  const lines = Array.from({ length: 400 }, (_, n) => ({
    n,
    text: `what was said ${'and said '.repeat(n % 20)}`,
  }))
  for (const line of lines) writer.add(line)
  const sealed = await writer.finish()
  assert.equal(sealed.lines, 400)
  const file = readFileSync(path)
  assert.equal(sealed.bytes, file.length)
  assert.equal(sealed.sha256, createHash('sha256').update(file).digest('hex'))
  assert.equal(file.includes('was said'), false)
  const expected = { ...of, state: 'sealed' as const, segments: sealed.segments }
  const opened = await openTranscript(await fileSource(path), keyOf, expected)
  assert.deepEqual(opened.lines, lines)
  assert.equal(opened.info.startedAt, '2026-01-02T03:04:05.006Z')
})

test('transcriptWriter() seals a line within its time, so that a crash loses no more', async () => {
  using at = bench()
  const of = owner()
  const { path, writer } = await begin(at, of)
  writer.add({ text: 'kept' })
  at.clock.advance(10_000)
  await until(() => statSync(`${path}.part`).size > 16_384)
  writer.add({ text: 'lost with the process' })
  const torn = readFileSync(`${path}.part`)
  writeFileSync(`${path}.part`, Buffer.concat([torn, torn.subarray(-100)]))
  const outcome = await recoverTranscript({ ...of, path }, keyOf, silentLog)
  assert.partialDeepStrictEqual(outcome, { state: 'recovered', sealed: { lines: 1, segments: 1 } })
  const expected = { ...of, state: 'recovered' as const, segments: 1 }
  assert.deepEqual((await openTranscript(await fileSource(path), keyOf, expected)).lines, [{ text: 'kept' }])
  await writer.finish().catch(() => {}) // its file is gone by now; only its handle is left
})

test('recoverTranscript() takes one that was whole for whole, and one that cannot be opened for failed', async () => {
  using at = bench()
  const of = owner()
  const { path, writer } = await begin(at, of)
  writer.add({ text: 'x' })
  await writer.finish()
  assert.equal((await recoverTranscript({ ...of, path }, keyOf, silentLog))?.state, 'sealed')
  const other = async () => new Uint8Array(32)
  assert.equal((await recoverTranscript({ ...of, path }, other, silentLog))?.state, 'failed')
  const away = async () => Promise.reject(Object.assign(new Error('closed'), { code: 'KEY_CLOSED' }))
  assert.equal(await recoverTranscript({ ...of, path }, away, silentLog), undefined)
  assert.ok(existsSync(path))
})

test('openTranscript() refuses a transcript that was cut, changed, or is another’s', async () => {
  using at = bench()
  const of = owner()
  const { path, writer } = await begin(at, of)
  for (let n = 0; n < 2_000; n++) writer.add({ n, text: 'some words' })
  const { segments } = await writer.finish()
  const expected = { ...of, state: 'sealed' as const, segments }
  const original = { ...expected, content: 'original' as const }
  await assert.rejects(openTranscript(await fileSource(path), keyOf, original), isCode('VAULT_TAMPERED'))
  const whole = readFileSync(path)
  const changed = Buffer.from(whole)
  changed[whole.length - 40] = (changed[whole.length - 40] ?? 0) ^ 1
  writeFileSync(path, changed)
  await assert.rejects(openTranscript(await fileSource(path), keyOf, expected), isCode('VAULT_TAMPERED'))
  writeFileSync(path, whole)
  truncateSync(path, whole.length - 16_400)
  await assert.rejects(openTranscript(await fileSource(path), keyOf, expected), isCode('VAULT_TAMPERED'))
})

test('transcriptWriter() fails once and for good when its disk refuses', async () => {
  using at = bench()
  const of = owner()
  const codes: string[] = []
  const fs = {
    create: async () => Promise.reject(new Error('no space')),
    rename: async () => {},
    syncDirectory: async () => {},
  }
  const header = serializeTranscriptHeader({ ...of, startedAt: '2026-01-02T03:04:05.006Z' })
  const writer = transcriptWriter(
    { path: join(at.dir, 'x'), header, dataKey: await keyOf(of) },
    { clock: at.clock, random, sealEveryMs: 1_000, fs, onFailure: (code) => codes.push(code) },
  )
  await assert.rejects(writer.ready, isCode('VAULT_WRITE_FAILED'))
  writer.add({ text: 'late' })
  assert.equal(writer.dropped, 1)
  await assert.rejects(writer.finish(), isCode('VAULT_WRITE_FAILED'))
  await until(() => codes.length > 0)
  assert.deepEqual(codes, ['VAULT_WRITE_FAILED'])
})

test('parseTranscriptHeader() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseTranscriptHeader(bytes)))
})

test('parseTranscriptHeader() undoes serializeTranscriptHeader()', () => {
  const content = fc.constantFrom('redacted' as const, 'original' as const)
  const at = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  fc.assert(
    fc.property(content, at, fc.uint8Array({ maxLength: 20 }), (what, date, after) => {
      const info = { ...owner(), content: what, startedAt: date.toISOString() }
      const header = serializeTranscriptHeader(info)
      assert.deepEqual(parseTranscriptHeader(Buffer.concat([header, after]))?.info, info)
    }),
  )
})
