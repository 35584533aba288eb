import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resendBuffer } from './resend-buffer.ts'

test('resendBuffer() gives what came after a number', () => {
  const sent = resendBuffer(100)
  for (const message of ['one', 'two', 'three']) sent.add(message)
  assert.deepEqual(sent.after(0), ['one', 'two', 'three'])
  assert.deepEqual(sent.after(2), ['three'])
  assert.deepEqual(sent.after(3), [])
})

test('resendBuffer() forgets the oldest, and numbers on', () => {
  const sent = resendBuffer(10)
  for (const message of ['0123', new Uint8Array(4), '4567']) sent.add(message)
  assert.deepEqual(sent.after(0), [new Uint8Array(4), '4567'])
  assert.deepEqual(sent.after(2), ['4567'])
})
