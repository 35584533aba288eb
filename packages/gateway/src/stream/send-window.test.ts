import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendWindow } from './send-window.ts'

/** A window onto a socket that is full when the test says so. */
function run(maxBehindMs: number) {
  const sent: string[] = []
  const state = { full: false }
  const window = sendWindow({
    maxBehindMs,
    send(_track, ulaw, timestampMs) {
      sent.push(`${timestampMs}:${ulaw[0]}`)
      return !state.full
    },
  })
  return { window, sent, state }
}

const frame = (value: number) => Uint8Array.of(value)

test('sendWindow() sends at once while the app keeps up', () => {
  const { window, sent } = run(100)
  assert.equal(window.push('inbound', frame(1), 0), 0)
  assert.equal(window.push('inbound', frame(2), 20), 0)
  assert.deepEqual(sent, ['0:1', '20:2'])
})

test('interop 37: sendWindow() drops the oldest audio past maxBehindMs and counts it', () => {
  const { window, sent, state } = run(60)
  state.full = true
  const dropped = [1, 2, 3, 4, 5, 6].map((value) => window.push('inbound', frame(value), value * 20))
  assert.deepEqual(dropped, [0, 0, 0, 0, 1, 1])
  state.full = false
  window.drained()
  assert.deepEqual(sent, ['20:1', '80:4', '100:5', '120:6'])
})

test('interop 37: sendWindow() is back in real time once a slow app has read on', () => {
  const { window, sent, state } = run(2_000)
  state.full = true
  for (let i = 0; i < 50; i += 1) window.push('inbound', frame(i), i * 20)
  state.full = false
  window.drained()
  assert.equal(sent.length, 50)
  window.push('inbound', frame(99), 1_000)
  assert.equal(sent.at(-1), '1000:99')
})

test('sendWindow() stops when the socket is full again', () => {
  const { window, sent, state } = run(2_000)
  state.full = true
  for (let i = 0; i < 4; i += 1) window.push('inbound', frame(i), i * 20)
  window.drained()
  assert.deepEqual(sent, ['0:0', '20:1'])
  window.drained()
  window.drained()
  assert.deepEqual(sent.slice(2), ['40:2', '60:3'])
})

test('sendWindow() keeps a copy of what waits', () => {
  const { window, sent, state } = run(100)
  state.full = true
  window.push('inbound', frame(0), 0)
  const borrowed = frame(7)
  window.push('inbound', borrowed, 20)
  borrowed[0] = 8
  window.drained()
  assert.deepEqual(sent, ['0:0', '20:7'])
})

test('sendWindow() keeps the companion of a frame with it, as a copy', () => {
  const sent: (number | undefined)[] = []
  let isOpen = false
  const window = sendWindow({
    maxBehindMs: 1_000,
    send: (_track, _ulaw, _ms, wide) => {
      sent.push(wide?.[0])
      return isOpen
    },
  })
  const wide = new Int16Array(320).fill(1)
  for (const value of [1, 2, 3]) window.push('inbound', new Uint8Array(160), 20 * value, wide.fill(value))
  window.push('inbound', new Uint8Array(160), 80)
  wide.fill(9)
  isOpen = true
  window.drained()
  assert.deepEqual(sent, [1, 2, 3, undefined])
})

test('sendWindow() keeps a copy of what waits, of a Buffer as well', () => {
  const { window, sent, state } = run(2_000)
  state.full = true
  const shared = Buffer.of(1)
  window.push('inbound', shared, 0)
  window.push('inbound', shared, 20)
  shared.fill(9)
  state.full = false
  window.drained()
  assert.deepEqual(sent, ['0:1', '20:1'])
})
