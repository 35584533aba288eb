import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import * as ws from 'ws'
import { frameWriter } from './frame-writer.ts'

const random = { bytes: nodeRandomBytes }

/** `ws` exports its receiver, and its types leave it out. */
interface WithReceiver {
  readonly Receiver: new (o: object) => NodeJS.EventEmitter & { write(bytes: Buffer): void }
}

/** What a server of another implementation reads. */
function read(bytes: Buffer): string[] {
  const found: string[] = []
  const receiver = new (ws as unknown as WithReceiver).Receiver({
    isServer: true,
    maxPayload: 0,
    allowSynchronousEvents: true,
  })
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    found.push(`${isBinary ? 'binary' : 'text'} ${data.toString()}`),
  )
  receiver.on('ping', (data: Buffer) => found.push(`ping ${data.toString()}`))
  receiver.on('pong', (data: Buffer) => found.push(`pong ${data.toString()}`))
  receiver.on('conclude', (code: number) => found.push(`close ${code}`))
  receiver.write(bytes)
  return found
}

test('frameWriter() writes text that a server reads', () => {
  const writer = frameWriter(random)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      assert.deepEqual(read(writer.text(text)), [`text ${Buffer.from(text).toString()}`])
    }),
  )
  for (const length of [0, 125, 126, 65_535, 65_536]) {
    const text = 'x'.repeat(length)
    assert.deepEqual(read(writer.text(text)), [`text ${text}`])
    assert.deepEqual(read(writer.ascii(text)), [`text ${text}`])
  }
})

test('frameWriter() writes control frames that a server reads', () => {
  const writer = frameWriter(random)
  assert.deepEqual(read(writer.ping()), ['ping '])
  assert.deepEqual(read(writer.pong(Buffer.from('abc'))), ['pong abc'])
  assert.deepEqual(read(writer.close(1000)), ['close 1000'])
})

test('frameWriter() masks each frame afresh: RFC 6455 §5.3', () => {
  const writer = frameWriter(random)
  const masks = new Set<string>()
  for (let i = 0; i < 1_000; i += 1) {
    const frame = writer.ascii('a')
    assert.equal((frame[1] ?? 0) & 0x80, 0x80)
    masks.add(frame.toString('hex', 2, 6))
  }
  assert.ok(masks.size > 990)
})

test('frameWriter() gives fresh memory for each frame', () => {
  const writer = frameWriter(random)
  const first = writer.ascii('first')
  const copy = Buffer.from(first)
  writer.ascii('other')
  assert.deepEqual(first, copy)
})
