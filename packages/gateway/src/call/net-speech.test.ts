import assert from 'node:assert/strict'
import { test } from 'node:test'
import { netSpeech } from './net-speech.ts'

const voice = Uint8Array.from({ length: 800 }, (_, at) => (at % 2 === 0 ? 0x90 : 0x10))
const silence = new Uint8Array(800).fill(0xff)

test('netSpeech() keeps what is said and what follows closely, and counts speech alone', () => {
  const speech = netSpeech()
  const frame = silence.subarray(0, 160)
  for (const piece of [silence, voice, voice, ...Array<Uint8Array>(10).fill(frame), voice]) speech.add(piece)
  assert.equal(speech.speechMs, 300)
  assert.equal(speech.quietMs, 0)
  assert.equal(speech.ulaw.length, 800 * 3 + 4 * 160)
  speech.add(silence)
  assert.equal(speech.quietMs, 100)
})

test('netSpeech() keeps half a minute, and then no more', () => {
  const speech = netSpeech()
  // Nobody speaks without a pause; what never pauses is taken for noise.
  for (let piece = 0; piece < 340; piece++) speech.add(piece % 10 === 9 ? silence : voice)
  assert.equal(speech.isFull, true)
  assert.equal(speech.ulaw.length, 240_000)
})

test('netSpeech().wipe() zeroes what was kept, and begins anew', () => {
  const speech = netSpeech()
  speech.add(voice)
  const kept = speech.ulaw
  assert.ok(kept.some((byte) => byte !== 0))
  speech.wipe()
  assert.ok(kept.every((byte) => byte === 0))
  assert.deepEqual([speech.speechMs, speech.ulaw.length, speech.isFull], [0, 0, false])
})
