import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { TenantId } from '#kernel'
import {
  parseRecordingHeader,
  recordingHeaderBytes,
  serializeRecordingHeader,
  type RecordingInfo,
} from './recording-header.ts'
import { identity } from './test-keys.ts'

const infos: fc.Arbitrary<RecordingInfo> = fc
  .record({
    tenant: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map((text) => text as TenantId),
    startedAt: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((date) => date.toISOString()),
    keys: fc.integer({ min: 0, max: 2 ** 14 }),
  })
  .map((varied) => ({ ...identity(), codec: 'ulaw', rate: 8_000, channels: 2, ...varied }))

test('parseRecordingHeader() undoes serializeRecordingHeader(), whatever follows the header', () => {
  fc.assert(
    fc.property(infos, fc.uint8Array(), (info, rest) => {
      const header = serializeRecordingHeader(info)
      assert.equal(recordingHeaderBytes(header), header.length)
      assert.deepEqual(parseRecordingHeader(Buffer.concat([header, rest])), info)
    }),
  )
})

test('parseRecordingHeader() takes one spelling only: any changed byte makes another header or none', () => {
  const info: RecordingInfo = {
    ...identity(),
    codec: 'ulaw',
    rate: 8_000,
    channels: 2,
    keys: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
  }
  const header = serializeRecordingHeader(info)
  for (let at = 0; at < header.length; at++) {
    const changed = parseRecordingHeader(header.with(at, (header[at] ?? 0) ^ 0x01))
    assert.notDeepEqual(changed, info)
  }
})

test('parseRecordingHeader() never throws, whatever the bytes', () => {
  const framed = fc.tuple(fc.json(), fc.nat(0xffff)).map(([json, length]) => {
    const bytes = Buffer.concat([Buffer.from('VXKR\0\x03\0\0'), Buffer.from(json)])
    bytes.writeUInt16BE(length % 3 === 0 ? length : bytes.length - 8, 6)
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), framed), (bytes) =>
      assert.equal(parseRecordingHeader(bytes), undefined),
    ),
  )
})
