import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { serializeWav } from '@voxkeep/wire/wav'
import { toUlaw, type VoiceOutput } from './voice-audio.ts'

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length)
}

async function ulawOf(bytes: Uint8Array, output: VoiceOutput, length = 333): Promise<Uint8Array> {
  const out: Uint8Array[] = []
  for await (const piece of toUlaw(pieces(bytes, length), output)) out.push(piece)
  return Buffer.concat(out)
}

const samples = Int16Array.from({ length: 2_205 }, (_, at) => 8_000 * Math.sin(at / 10))
const pcm = new Uint8Array(samples.buffer)

test('toUlaw() makes telephone audio of samples that come in odd pieces', async () => {
  const whole = await ulawOf(pcm, { kind: 'pcm', sampleRate: 22_050 }, 100_000)
  assert.equal(whole.length, 800)
  assert.deepEqual(await ulawOf(pcm, { kind: 'pcm', sampleRate: 22_050 }, 7), whole)
})

test('toUlaw() reads a WAV file whose length is a guess, as programs that stream write it', async () => {
  const wav = serializeWav({ format: 'pcm16', sampleRateHz: 22_050, channels: 1, data: pcm })
  new DataView(wav.buffer, wav.byteOffset).setUint32(40, 0x7ffff000, true)
  assert.deepEqual(
    await ulawOf(wav, { kind: 'wav' }, 5),
    await ulawOf(pcm, { kind: 'pcm', sampleRate: 22_050 }),
  )
})

test('toUlaw() reads stereo and other encodings, whole', async () => {
  const data = new Uint8Array(2 * pcm.length)
  const view = new DataView(data.buffer)
  samples.forEach((sample, at) => {
    view.setInt16(4 * at, sample, true)
    view.setInt16(4 * at + 2, sample, true)
  })
  const wav = serializeWav({ format: 'pcm16', sampleRateHz: 22_050, channels: 2, data })
  const ulaw = await ulawOf(wav, { kind: 'wav' })
  assert.equal(ulaw.length, 800)
  assert.ok(decodeUlaw(ulaw, new Int16Array(800)).some((sample) => sample > 7_000))
})

test('toUlaw() takes no WAV file without end into memory', async () => {
  const head = serializeWav({ format: 'pcm16', sampleRateHz: 44_100, channels: 2, data: pcm })
  const piece = new Uint8Array(1_048_576)
  let sent = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield head
    for (; sent < 100; sent++) yield piece
  }
  await assert.rejects(toUlaw(endless(), { kind: 'wav' }).next(), { code: 'VOICE_PROTOCOL' })
  assert.ok(sent < 25)
})

test('toUlaw() refuses what is no WAV file', async () => {
  const refused = { code: 'VOICE_PROTOCOL' }
  await assert.rejects(ulawOf(Buffer.from('<html>no</html>'), { kind: 'wav' }), refused)
  await assert.rejects(ulawOf(Buffer.from('RIFF'), { kind: 'wav' }), refused)
  await assert.rejects(ulawOf(new Uint8Array(), { kind: 'wav' }), refused)
})

test('toUlaw() throws nothing else, whatever the bytes', async () => {
  const head = serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data: new Uint8Array(4) })
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 60 }),
      async (bytes, kept) => {
        const input = Buffer.concat([head.subarray(0, kept), bytes])
        await ulawOf(input, { kind: 'wav' }, 50).catch((error: unknown) => {
          assert.equal((error as { code: string }).code, 'VOICE_PROTOCOL')
        })
      },
    ),
    { numRuns: 60 },
  )
})

test('toUlaw() passes telephone audio on as it is', async () => {
  assert.deepEqual(await ulawOf(Uint8Array.of(1, 2, 3), { kind: 'ulaw' }, 2), Buffer.of(1, 2, 3))
})
