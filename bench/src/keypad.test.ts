import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toneDetector } from '@voxkeep/wire/dtmf'
import { channels } from './keypad-channels.ts'
import { addKey, addNoise, keys, music, rateHz, toPcm } from './keypad-sounds.ts'
import { dice } from './corpus-random.ts'

test('addKey() makes tones that a receiver takes for the key', () => {
  for (const key of keys) {
    const audio = new Float64Array(rateHz / 2)
    addKey(audio, 800, key, { ms: 60, dbm0: -10, twistDb: 0, off: 0 })
    addNoise(audio, -40, dice(1))
    const heard: string[] = []
    toneDetector({ digit: ({ digit }) => heard.push(digit) }).pushLinear(toPcm(audio), 0)
    assert.deepEqual(heard, [key])
  }
})

test('music() is the same for a seed, another one for another, and as loud as music', () => {
  const [one, same, other] = [music(1, 5), music(1, 5), music(2, 5)]
  assert.deepEqual(one, same)
  assert.notDeepEqual(one, other)
  assert.ok(one.some((sample) => Math.abs(sample) > 8_000))
})

test('channels() hand on what they are given, and nothing or a guess of what was lost', async () => {
  for (const make of await channels()) {
    const channel = await make()
    const audio = new Float64Array(3_200)
    addKey(audio, 0, '5', { ms: 400, dbm0: -10, twistDb: 0, off: 0 })
    const pcm = toPcm(audio)
    let energy = 0
    for (let at = 0; at + 160 <= pcm.length; at += 160) {
      const frame = channel.pass(pcm.subarray(at, at + 160), false) ?? new Int16Array(160)
      assert.equal(frame.length, 160)
      for (const sample of frame) energy += sample * sample
    }
    const said = pcm.reduce((sum, sample) => sum + sample * sample, 0)
    assert.ok(energy > said / 2 && energy < 2 * said, channel.codec)
    assert.ok((channel.pass(pcm.subarray(0, 160), true)?.length ?? 160) === 160)
  }
})
