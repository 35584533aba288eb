import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mediaWire } from './stream-wire-media.ts'

interface Said {
  readonly text?: object
  readonly hex?: string
}
interface Case {
  readonly name: string
  readonly steps?: readonly { readonly from: string; readonly sends: Said | readonly Said[] }[]
}

const file = join(import.meta.dirname, '../../../spec/vectors/media/media-v1.json')
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] }
const framed = cases.filter((each) => each.steps !== undefined && !JSON.stringify(each).includes('"raw"'))

/** What the gateway sends in a case, as it comes over the socket. */
function sentByGateway({ steps = [] }: Case): (string | Uint8Array)[] {
  return steps
    .filter(({ from }) => from === 'gateway')
    .flatMap(({ sends }) => sends)
    .map(({ text, hex = '' }) =>
      text === undefined ? Uint8Array.from(Buffer.from(hex, 'hex')) : JSON.stringify(text),
    )
}

for (const each of framed)
  test(`mediaWire() understands what the gateway says in media-v1.json, and each once: ${each.name}`, () => {
    const wire = mediaWire()
    const heard = new Set<number>()
    for (const message of sentByGateway(each)) {
      const { seq } =
        typeof message === 'string'
          ? (JSON.parse(message) as { seq: number })
          : { seq: Buffer.from(message).readUInt32BE(4) }
      const isRepeated = seq !== 0 && heard.has(seq) // sent again after a resume
      heard.add(seq)
      assert.equal(wire.read(message).kind === 'ignored', isRepeated, String(message))
    }
  })

test('mediaWire() tells what the caller’s codec brings, where the gateway says so', () => {
  const told = (media: object) => {
    const start = { type: 'session.start', seq: 1, stream_id: 'strm_1', call_id: 'call_1', media }
    const read = mediaWire().read(JSON.stringify(start))
    return read.kind === 'start' ? read.session.sourceRateHz : read.kind
  }
  const media = { encoding: 'audio/l16', rate: 24_000, tracks: ['inbound'] }
  assert.deepEqual([told({ ...media, source_rate: 16_000 }), told(media)], [16_000, undefined])
})

test('mediaWire() ignores a state of privacy that it does not know', () => {
  for (const state of ['something-new', 'toString', '__proto__'])
    assert.deepEqual(mediaWire().read(JSON.stringify({ type: 'privacy', seq: 1, state })), {
      kind: 'ignored',
    })
})

test('mediaWire() numbers what it sends as the gateway counts it', () => {
  const wire = mediaWire()
  const json = (message: unknown) => JSON.parse(message as string) as object
  const frame = Buffer.from(wire.audio(new Uint8Array(160)) as Uint8Array)
  assert.equal(frame.toString('hex', 0, 12), '100000000000000100000000')
  assert.deepEqual(json(wire.mark('sentence 1')), { type: 'mark', seq: 2, name: 'sentence 1' })
  assert.deepEqual(json(wire.clear('c1')), { type: 'clear', seq: 3, id: 'c1' })
  const command = { type: 'command', seq: 4, id: 'x1', commands: [{ type: 'hangup' }] }
  assert.deepEqual(json(wire.command('x1', [{ type: 'hangup' }])), command)
  assert.equal(Buffer.from(wire.audio(new Uint8Array(160)) as Uint8Array).readUInt32BE(8), 20)
})
