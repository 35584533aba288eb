import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendWindow, type Pipe } from './send-window.ts'

/** A pipe whose far end reads when the test says so. */
function slowPipe() {
  const sent: string[] = []
  let waiting: (() => void)[] = []
  const pipe = {
    bufferedAmount: 0,
    sent,
    send(message: string, done?: () => void) {
      sent.push(message)
      if (done !== undefined) waiting.push(done)
    },
    read() {
      pipe.bufferedAmount = 0
      const due = waiting
      waiting = []
      for (const done of due) done()
    },
  }
  return pipe satisfies Pipe
}

const encode = (_track: string, ulaw: Uint8Array, timestampMs: number) => `${timestampMs}:${ulaw[0]}`
const frame = (value: number) => Uint8Array.of(value)

test('sendWindow() sends at once while the app keeps up', () => {
  const pipe = slowPipe()
  const window = sendWindow({ pipe, maxBehindMs: 100, encode })
  assert.equal(window.push('inbound', frame(1), 0), 0)
  assert.equal(window.push('inbound', frame(2), 20), 0)
  assert.deepEqual(pipe.sent, ['0:1', '20:2'])
})

test('sendWindow() drops the oldest audio past maxBehindMs and counts it', () => {
  const pipe = slowPipe()
  const window = sendWindow({ pipe, maxBehindMs: 60, encode })
  pipe.bufferedAmount = 1_000_000
  const dropped = [1, 2, 3, 4, 5, 6].map((value) => window.push('inbound', frame(value), value * 20))
  assert.deepEqual(dropped, [0, 0, 0, 0, 1, 1])
  pipe.read()
  assert.deepEqual(pipe.sent, ['20:1', '80:4', '100:5', '120:6'])
})

test('sendWindow() is back in real time once a slow app has read on', () => {
  const pipe = slowPipe()
  const window = sendWindow({ pipe, maxBehindMs: 2_000, encode })
  pipe.bufferedAmount = 1_000_000
  for (let i = 0; i < 50; i += 1) window.push('inbound', frame(i), i * 20)
  pipe.read()
  assert.equal(pipe.sent.length, 50)
  window.push('inbound', frame(99), 1_000)
  assert.equal(pipe.sent.at(-1), '1000:99')
})

test('sendWindow() stops flushing when the app is slow again', () => {
  const pipe = slowPipe()
  const window = sendWindow({ pipe, maxBehindMs: 2_000, encode })
  pipe.bufferedAmount = 1_000_000
  for (let i = 0; i < 5; i += 1) window.push('inbound', frame(i), i * 20)
  const { send } = pipe
  pipe.send = (message, done) => {
    pipe.bufferedAmount = 1_000_000
    send(message, done)
  }
  pipe.read()
  assert.deepEqual(pipe.sent, ['0:0', '20:1', '40:2'])
  pipe.read()
  pipe.read()
  assert.deepEqual(pipe.sent.slice(3), ['60:3', '80:4'])
})

test('sendWindow() keeps a copy of what waits', () => {
  const pipe = slowPipe()
  const window = sendWindow({ pipe, maxBehindMs: 100, encode })
  pipe.bufferedAmount = 1_000_000
  window.push('inbound', frame(0), 0)
  const borrowed = frame(7)
  window.push('inbound', borrowed, 20)
  borrowed[0] = 8
  pipe.read()
  assert.deepEqual(pipe.sent, ['0:0', '20:7'])
})
