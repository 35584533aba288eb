import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LegId } from '#kernel'
import type { FromMedia } from './contract.ts'
import { legListener } from './leg-listener.ts'

type Heard = Extract<FromMedia, { kind: 'heard' }>

function listening(on = true) {
  const heard: Heard[] = []
  const listener = legListener({
    leg: 'leg_1' as LegId,
    post: (message) => {
      if (message.kind === 'heard') heard.push(message)
    },
  })
  listener.listen(on)
  const frame = (channel: 0 | 1, position: number, value = 1, length = 160) =>
    listener.frame(channel, position, new Uint8Array(length).fill(value))
  return { listener, heard, frame }
}

describe('legListener()', () => {
  test('legListener() reports 100 ms at a time, each voice by itself', () => {
    const { heard, frame } = listening()
    for (let i = 0; i < 10; i += 1) {
      frame(0, 800 + i * 160, i)
      frame(1, 1_600 + i * 160, 100 + i)
    }
    assert.deepEqual(
      heard.map(({ channel, positionSamples, ulaw }) => [channel, positionSamples, ulaw.length, ulaw[0]]),
      [
        [0, 800, 800, 0],
        [1, 1_600, 800, 100],
        [0, 1_600, 800, 5],
        [1, 2_400, 800, 105],
      ],
    )
  })

  test('legListener() begins another report where positions step over a hole', () => {
    const { heard, frame } = listening()
    frame(0, 0, 1)
    frame(0, 160, 2)
    frame(0, 640, 3)
    for (let i = 1; i < 5; i += 1) frame(0, 640 + i * 160, 3)
    assert.deepEqual(
      heard.map(({ positionSamples, ulaw }) => [positionSamples, ulaw.length]),
      [
        [0, 320],
        [640, 800],
      ],
    )
  })

  test('legListener() copies: neither a frame nor a report changes what another holds', () => {
    const { listener, heard } = listening()
    const frame = new Uint8Array(160).fill(7)
    for (let i = 0; i < 10; i += 1) listener.frame(0, i * 160, frame)
    frame.fill(9)
    assert.ok(heard.every(({ ulaw }) => ulaw.every((byte) => byte === 7)))
    assert.notEqual(heard[0]?.ulaw.buffer, heard[1]?.ulaw.buffer)
    assert.equal(heard[0]?.ulaw.byteLength, heard[0]?.ulaw.buffer.byteLength, 'may be transferred')
  })

  test('legListener() says nothing until it is asked to, and tells the rest when it is told to stop', () => {
    const { listener, heard, frame } = listening(false)
    frame(0, 0)
    assert.equal(heard.length, 0)
    listener.listen(true)
    frame(0, 160, 4)
    frame(1, 320, 5)
    listener.listen(false)
    frame(0, 480)
    listener.listen(true)
    listener.listen(false)
    assert.deepEqual(
      heard.map(({ channel, positionSamples, ulaw }) => [channel, positionSamples, ulaw.length]),
      [
        [0, 160, 160],
        [1, 320, 160],
      ],
    )
  })

  test('legListener() takes frames of any length', () => {
    const { heard, frame } = listening()
    frame(0, 0, 1, 2_000)
    assert.deepEqual(
      heard.map(({ positionSamples, ulaw }) => [positionSamples, ulaw.length]),
      [
        [0, 800],
        [800, 800],
      ],
    )
  })
})
