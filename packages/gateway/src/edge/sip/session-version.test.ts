import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sdpAfter } from './session-version.ts'

const sdp = (version: string) => `v=0\r\no=- 7 ${version} IN IP4 192.0.2.1\r\ns=-\r\n`
const bytes = (text: string) => new TextEncoder().encode(text)

test('interop 21: sdpAfter() raises a version that an answer has overtaken', () => {
  assert.equal(sdpAfter(sdp('3'), bytes(sdp('5'))), sdp('6'))
  assert.equal(sdpAfter(sdp('5'), bytes(sdp('5').replace('s=-', 's=x'))), sdp('6'))
  assert.equal(sdpAfter(sdp('6'), bytes(sdp('5'))), sdp('6'))
  assert.equal(sdpAfter(sdp('5'), bytes(sdp('5'))), sdp('5')) // the same text: nothing was changed
  assert.equal(sdpAfter(sdp('1'), bytes(sdp('9223372036854775806'))), sdp('9223372036854775807'))
})

test('sdpAfter() leaves alone what has no version', () => {
  assert.equal(sdpAfter('v=0', bytes(sdp('5'))), 'v=0')
  assert.equal(sdpAfter(sdp('1'), new Uint8Array(0)), sdp('1'))
  fc.assert(fc.property(fc.string(), fc.uint8Array(), (text, latest) => void sdpAfter(text, latest)))
})
