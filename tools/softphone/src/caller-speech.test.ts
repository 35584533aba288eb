import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { serializeWav } from '@voxkeep/wire/wav'
import { callerSpeech } from './index.ts'

test('callerSpeech() is a few sentences, neither silent nor clipped', async () => {
  const speech = await callerSpeech()
  const peak = Math.max(...speech.map(Math.abs))
  assert.ok(speech.length > 5 * 8_000 && speech.length <= 15 * 8_000, `${speech.length} samples`)
  assert.ok(peak > 10_000 && peak < 32_000, `peak ${peak}`)
})

test('callerSpeech() reads a file of another rate', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-wav-'))
  t.after(() => rm(dir, { recursive: true }))
  const wav = {
    format: 'pcm16',
    sampleRateHz: 16_000,
    channels: 1,
    data: new Uint8Array(16_000 * 2),
  } as const
  await writeFile(join(dir, 'second.wav'), serializeWav(wav))
  assert.equal((await callerSpeech(join(dir, 'second.wav'))).length, 8_000)
  await writeFile(join(dir, 'not.wav'), 'RIFX')
  await assert.rejects(callerSpeech(join(dir, 'not.wav')), { code: 'SOFTPHONE_OPTIONS' })
})
