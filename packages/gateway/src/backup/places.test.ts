import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createId } from '#kernel'
import { objectKey, partKey, readPartKey, startedMs } from './places.ts'

const id = (ms: number) => createId('bak', ms, { bytes: (count) => new Uint8Array(count).fill(9) })

test('readPartKey() undoes partKey(), and knows nothing else', () => {
  assert.deepEqual(readPartKey(partKey(id(5), 'calls.vxb')), { backup: id(5), name: 'calls.vxb' })
  assert.equal(readPartKey(objectKey('ab'.repeat(32))), undefined)
  fc.assert(fc.property(fc.string(), (key) => void readPartKey(key)))
})

test('startedMs() is when a backup was begun', () => {
  assert.equal(startedMs(id(1_700_000_000_000)), 1_700_000_000_000)
})
