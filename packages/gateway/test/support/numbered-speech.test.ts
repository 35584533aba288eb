import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { gapsIn, numberedSpeech, numbersIn } from './numbered-speech.ts'

function frames(count: number): Uint8Array[] {
  const { speech } = numberedSpeech()
  return Array.from({ length: count }, () => encodeUlaw(speech(), new Uint8Array(160)))
}

test('numbersIn() finds the numbers of numberedSpeech() in µ-law, wherever it begins', () => {
  const heard = Buffer.concat([Buffer.alloc(57, 0xff), ...frames(40)])
  assert.deepEqual(
    numbersIn(heard),
    Array.from({ length: 40 }, (_, index) => index),
  )
})

test('gapsIn() tells what is lost, doubled or late', () => {
  const [a, b, c, d] = frames(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  assert.deepEqual(gapsIn(numbersIn(Buffer.concat([a, b, c, d]))), { missing: 0, disordered: 0 })
  assert.deepEqual(gapsIn(numbersIn(Buffer.concat([a, d]))), { missing: 2, disordered: 0 })
  assert.deepEqual(gapsIn(numbersIn(Buffer.concat([a, b, b, c, d]))), { missing: 0, disordered: 1 })
  assert.deepEqual(gapsIn(numbersIn(Buffer.concat([a, c, b, d]))), { missing: 0, disordered: 1 })
})
