import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { alaw, ulaw } from './g711.ts'

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const everySample = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768)

for (const [name, codec, decode] of [
  ['ulaw', ulaw, decodeUlaw],
  ['alaw', alaw, decodeAlaw],
] as const) {
  test(`${name}.decode() says what the gateway's decoder says, for every byte`, () => {
    assert.deepEqual(codec.decode(everyByte), decode(everyByte, new Int16Array(256)))
  })
  test(`${name}.encode() undoes decode()`, () => {
    const decoded = codec.decode(everyByte)
    assert.deepEqual(codec.decode(codec.encode(decoded)), decoded)
  })
}

test('encode() is never further off than the gateway’s encoder, for every sample', () => {
  for (const [codec, encode] of [
    [ulaw, encodeUlaw],
    [alaw, encodeAlaw],
  ] as const) {
    const ours = codec.decode(codec.encode(everySample))
    const theirs = codec.decode(encode(everySample, new Uint8Array(65_536)))
    const worse = everySample.findIndex(
      (sample, at) => Math.abs((ours[at] ?? 0) - sample) > Math.abs((theirs[at] ?? 0) - sample),
    )
    assert.equal(worse, -1)
  }
})

test('ulaw.encode() makes silence 0xff', () => {
  assert.deepEqual(ulaw.encode(new Int16Array(2)), Uint8Array.of(0xff, 0xff))
})
