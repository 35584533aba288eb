import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packetLimits } from './packet-limits.ts'

test('interop 2: packetLimits() are 2^48 SRTP and 2^31 SRTCP packets without a lifetime, or with a longer one', () => {
  const most = { rtp: 2 ** 48, rtcp: 2 ** 31 }
  assert.deepEqual(packetLimits({}), most)
  assert.deepEqual(packetLimits({ lifetime: 2n ** 60n }), most)
})

test('interop 2: packetLimits() are the announced lifetime when that is shorter', () => {
  assert.deepEqual(packetLimits({ lifetime: 2n ** 31n }), { rtp: 2 ** 31, rtcp: 2 ** 31 })
  assert.deepEqual(packetLimits({ lifetime: 1_000n }), { rtp: 1_000, rtcp: 1_000 })
})
