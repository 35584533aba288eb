import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remoteAddress } from './remote-address.ts'

test('interop 12: remoteAddress() starts at the address of the SDP', () => {
  const remote = remoteAddress('192.0.2.1', 4_000)
  assert.deepEqual([remote.address, remote.port], ['192.0.2.1', 4_000])
})

test('remoteAddress() follows the first authentic packet from behind a NAT at once', () => {
  const remote = remoteAddress('10.0.0.9', 4_000)
  assert.equal(remote.learn('192.0.2.7', 61_000), true)
  assert.deepEqual([remote.address, remote.port], ['192.0.2.7', 61_000])
})

test('interop 12: remoteAddress() follows a later move only after several packets in a row', () => {
  const remote = remoteAddress('192.0.2.1', 4_000)
  remote.learn('192.0.2.1', 4_000)
  assert.equal(remote.learn('192.0.2.1', 5_000), false)
  assert.equal(remote.learn('192.0.2.1', 5_000), false)
  assert.equal(remote.learn('192.0.2.1', 5_000), true)
  assert.equal(remote.port, 5_000)
})

test('interop 12: remoteAddress() does not flap between two sources that alternate', () => {
  const remote = remoteAddress('192.0.2.1', 4_000)
  remote.learn('192.0.2.1', 4_000)
  for (let i = 0; i < 50; i += 1) {
    assert.equal(remote.learn('198.51.100.1', 9), false)
    assert.equal(remote.learn('198.51.100.1', 9), false)
    assert.equal(remote.learn('192.0.2.1', 4_000), false)
  }
  assert.equal(remote.address, '192.0.2.1')
})

test('remoteAddress() counts a third source from the start', () => {
  const remote = remoteAddress('192.0.2.1', 4_000)
  remote.learn('192.0.2.1', 4_000)
  remote.learn('198.51.100.1', 9)
  remote.learn('198.51.100.1', 9)
  assert.equal(remote.learn('203.0.113.1', 9), false)
  assert.equal(remote.learn('198.51.100.1', 9), false)
})

test('remoteAddress() takes what a new SDP says, and learns again from there', () => {
  const remote = remoteAddress('192.0.2.1', 4_000)
  remote.learn('192.0.2.1', 4_000)
  remote.retarget('192.0.2.2', 6_000)
  assert.deepEqual([remote.address, remote.port], ['192.0.2.2', 6_000])
  assert.equal(remote.learn('203.0.113.5', 7_000), true)
})
