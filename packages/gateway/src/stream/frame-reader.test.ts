import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import * as ws from 'ws'
import { frameReader } from './frame-reader.ts'

const limit = 1_000

/** A reader whose findings are written down. */
function reader(maxMessageBytes = limit) {
  const found: string[] = []
  const frames = frameReader(maxMessageBytes, {
    message: (payload, isText) => found.push(`${isText ? 'text' : 'binary'} ${payload.toString('latin1')}`),
    ping: (payload) => found.push(`ping ${payload.toString('latin1')}`),
    pong: () => found.push('pong'),
    close: (code) => found.push(`close ${code}`),
    failed: (code) => found.push(`failed ${code}`),
  })
  return { found, push: (...bytes: number[]) => frames.push(Buffer.from(bytes)), frames }
}

const letters = (count: number) => Array.from({ length: count }, () => 0x61)

test('frameReader() undoes the frames that a server writes, however they are cut', () => {
  const frame = fc.record({
    opcode: fc.constantFrom(1, 2, 9, 10),
    payload: fc.string({ unit: 'grapheme-ascii', maxLength: 120 }),
    long: fc.constantFrom(0, 200, 800),
  })
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 300 })),
      (frames, cuts) => {
        const expected: string[] = []
        const bytes: Buffer[] = []
        for (const { opcode, payload, long } of frames) {
          const text = opcode < 8 ? payload + 'x'.repeat(long) : payload
          expected.push(
            opcode === 1
              ? `text ${text}`
              : opcode === 2
                ? `binary ${text}`
                : opcode === 9
                  ? `ping ${text}`
                  : 'pong',
          )
          bytes.push(...serverFrame(opcode, text))
        }
        const { found, frames: frameParser } = reader()
        let rest = Buffer.concat(bytes)
        for (const cut of cuts) {
          frameParser.push(rest.subarray(0, cut))
          rest = rest.subarray(cut)
        }
        frameParser.push(rest)
        assert.deepEqual(found, expected)
      },
    ),
  )
})

/** `ws` exports its sender, and its types leave it out. */
interface WithSender {
  readonly Sender: { frame(data: Buffer, o: object): Buffer[] }
}

/** RFC 6455 §5.2 as another implementation writes it. */
function serverFrame(opcode: number, text: string): Buffer[] {
  const options = { fin: true, opcode, mask: false, readOnly: false, rsv1: false }
  return (ws as unknown as WithSender).Sender.frame(Buffer.from(text), options)
}

test('frameReader() survives any bytes, and says at most one end', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (chunks) => {
      const { found, frames } = reader()
      for (const chunk of chunks) frames.push(Buffer.from(chunk))
      const ends = found.filter((line) => line.startsWith('close') || line.startsWith('failed'))
      assert.ok(ends.length <= 1)
      assert.ok(ends.length === 0 || found.at(-1) === ends[0])
    }),
  )
})

test('interop 37: frameReader() puts fragments together, with control frames between them', () => {
  const { found, push } = reader()
  push(0x01, 2, 0x61, 0x62)
  push(0x89, 1, 0x70)
  push(0x00, 0)
  push(0x00, 1, 0x63)
  push(0x80, 1, 0x64)
  push(0x81, 1, 0x65)
  assert.deepEqual(found, ['ping p', 'text abcd', 'text e'])
})

test('interop 37: frameReader() refuses a message past the limit before any of it is kept', () => {
  const one = reader()
  one.push(0x81, 126, 0x03, 0xe9)
  assert.deepEqual(one.found, ['failed 1009'])
  const huge = reader()
  huge.push(0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
  assert.deepEqual(huge.found, ['failed 1009'])
  const sum = reader(5)
  sum.push(0x01, 3, ...letters(3))
  sum.push(0x80, 3, ...letters(3))
  assert.deepEqual(sum.found, ['failed 1009'])
  const exact = reader(5)
  exact.push(0x01, 3, ...letters(3))
  exact.push(0x80, 2, ...letters(2))
  assert.deepEqual(exact.found, ['text aaaaa'])
})

for (const [what, bytes] of [
  ['a masked frame', [0x81, 0x81, 1, 2, 3, 4, 5]],
  ['a reserved bit', [0xc1, 1, 0x61]],
  ['an unknown data opcode', [0x83, 1, 0x61]],
  ['an unknown control opcode', [0x8b, 0]],
  ['a fragmented control frame', [0x09, 0]],
  ['a long control frame', [0x89, 126, 0, 126]],
  ['a continuation of nothing', [0x80, 1, 0x61]],
  ['a new message within another', [0x01, 1, 0x61, 0x81, 1, 0x61]],
  ['a close frame of one byte', [0x88, 1, 3]],
] as const) {
  test(`frameReader() fails with 1002 at ${what}`, () => {
    const { found, push } = reader()
    push(...bytes)
    push(0x81, 1, 0x61)
    assert.deepEqual(found, ['failed 1002'])
  })
}

test('frameReader() reads a close code, or 1005 where there is none, and nothing after it', () => {
  const coded = reader()
  coded.push(0x88, 4, 0x03, 0xe8, 0x6f, 0x6b, 0x81, 1, 0x61)
  coded.push(0x81, 1, 0x61)
  assert.deepEqual(coded.found, ['close 1000'])
  const bare = reader()
  bare.push(0x88, 0)
  assert.deepEqual(bare.found, ['close 1005'])
})
