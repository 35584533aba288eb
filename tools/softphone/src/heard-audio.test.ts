import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heardAudio } from './heard-audio.ts'

test('heardAudio() joins what was heard, up to its bound', () => {
  const heard = heardAudio(5)
  heard.add(Int16Array.of(1, 2))
  heard.add(Int16Array.of(3, 4))
  heard.add(Int16Array.of(5, 6))
  assert.deepEqual(heard.join(), Int16Array.of(1, 2, 3, 4))
  assert.equal(heard.samples, 4)
})
