import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alawToUlaw } from '@voxkeep/wire/g711'
import { serializeEvent, type EventPayload } from '@voxkeep/wire/dtmf'
import { serializeRtp } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { callerInput, readPacketHeader } from './caller-input.ts'
import { callerTrack } from './caller-track.ts'

const agreed: NegotiatedAudio = {
  remote: { address: '127.0.0.1', port: 1, rtcpPort: 2, rtcpMux: true },
  codec: 'PCMU',
  clockRateHz: 8_000,
  sendPayloadType: 0,
  receivePayloadType: 0,
  dtmf: { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: 8_000 },
  ptimeMs: 20,
  direction: 'sendrecv',
  silenceSuppression: false,
}

function input(more: Partial<NegotiatedAudio> = {}) {
  const frames: { at: number; first: number }[] = []
  const digits: string[] = []
  const delays: number[] = []
  let unknown = 0
  const track = callerTrack({
    epochMs: 0,
    lagMs: 100,
    emit: (ulaw, at) => frames.push({ at, first: ulaw[0] ?? -1 }),
  })
  const caller = callerInput({
    reorderMs: 60,
    track,
    onDigit: ({ digit, durationMs }) => digits.push(`${digit} ${durationMs}`),
    onUnknownPayload: () => (unknown += 1),
    onDelay: (delayMs) => delays.push(delayMs),
  })
  caller.configure({ ...agreed, ...more })
  const header = { sequence: 0, timestamp: 0, ssrc: 0 }
  return {
    caller,
    frames,
    digits,
    delays,
    unknown: () => unknown,
    packet(
      sequence: number,
      timestamp: number,
      payload: Uint8Array,
      nowMs: number,
      o: { payloadType?: number; ssrc?: number; padding?: boolean } = {},
    ) {
      const bytes = serializeRtp({
        version: 2,
        padding: o.padding ?? false,
        marker: false,
        payloadType: o.payloadType ?? 0,
        sequence: sequence & 0xffff,
        timestamp: timestamp >>> 0,
        ssrc: o.ssrc ?? 5,
        csrc: [],
        payload,
      })
      readPacketHeader(bytes, header)
      caller.receive(bytes, header, nowMs)
    },
  }
}
const audio = (value: number, samples = 160) => new Uint8Array(samples).fill(value)

test('callerInput() passes packets in order at once', () => {
  const { packet, frames, delays } = input()
  packet(1, 0, audio(1), 20)
  packet(2, 160, audio(2), 40)
  assert.deepEqual(
    frames.map(({ first }) => first),
    [1, 2],
  )
  assert.deepEqual(delays, [0, 0])
})

test('callerInput() puts swapped packets right', () => {
  const { packet, frames, delays } = input()
  packet(1, 0, audio(1), 20)
  packet(3, 320, audio(3), 41)
  assert.equal(frames.length, 1)
  packet(2, 160, audio(2), 45)
  assert.deepEqual(
    frames.map(({ first }) => first),
    [1, 2, 3],
  )
  assert.deepEqual(delays, [0, 0, 4])
})

test('C6: callerInput() gives up on a lost packet in time, and its time stays empty', () => {
  const { caller, packet, frames } = input()
  packet(1, 0, audio(1), 20)
  packet(3, 320, audio(3), 60)
  for (let ms = 60; ms <= 120; ms += 20) caller.poll(ms)
  assert.deepEqual(frames, [
    { at: 0, first: 1 },
    { at: 320, first: 3 },
  ])
})

test('callerInput() counts what comes twice', () => {
  const { caller, packet } = input()
  packet(1, 0, audio(1), 20)
  packet(1, 0, audio(1), 21)
  assert.equal(caller.stray, 1)
})

test('C9: callerInput() makes µ-law of A-law', () => {
  const { packet, frames } = input({ codec: 'PCMA', receivePayloadType: 8 })
  packet(1, 0, audio(0x12), 20, { payloadType: 8 })
  const expected = alawToUlaw(Uint8Array.of(0x12), new Uint8Array(1))
  assert.equal(frames[0]?.first, expected[0])
})

test('callerInput() leaves padding out', () => {
  const { packet, frames } = input()
  packet(1, 0, audio(1), 20, { padding: true })
  packet(2, 160, audio(2), 40)
  assert.deepEqual(
    frames.map(({ at }) => at),
    [0, 160],
  )
})

test('E1, interop 18: callerInput() tells one digit for a key press with three end packets', () => {
  const { packet, digits } = input()
  const event = (duration: number, end: boolean) => payload({ digit: '5', end, volume: 10, duration })
  packet(1, 0, audio(1), 20)
  for (let i = 1; i <= 5; i += 1) packet(1 + i, 160, event(160 * i, false), 20 + 20 * i, { payloadType: 101 })
  for (let i = 0; i < 3; i += 1) packet(7 + i, 160, event(960, true), 140, { payloadType: 101 })
  packet(10, 1_280, audio(2), 180)
  assert.deepEqual(digits, ['5 120'])
})

test('E6, interop 18: callerInput() tells a long press, whose end was lost, once', () => {
  const { caller, packet, digits } = input()
  const event = (duration: number) => payload({ digit: '#', end: false, volume: 10, duration })
  packet(1, 0, audio(1), 20)
  for (let i = 1; i <= 20; i += 1) packet(1 + i, 160, event(160 * i), 20 + 20 * i, { payloadType: 101 })
  for (let ms = 440; ms <= 2_000; ms += 20) caller.poll(ms)
  assert.deepEqual(digits, ['# 400'])
})

test('interop 16: callerInput() takes comfort noise for silence and counts what was never agreed', () => {
  const { packet, frames, unknown } = input()
  packet(1, 0, audio(1), 20)
  packet(2, 160, Uint8Array.of(40), 40, { payloadType: 13 })
  packet(3, 320, audio(1), 60, { payloadType: 96 })
  assert.equal(frames.length, 1)
  assert.equal(unknown(), 1)
})

test('callerInput() goes on at the true time when the caller changes its SSRC', () => {
  const { packet, frames } = input()
  packet(1, 0, audio(1), 20)
  packet(2, 160, audio(2), 40)
  packet(40_000, 123_456_789, audio(3), 60, { ssrc: 6 })
  packet(40_001, 123_456_949, audio(4), 80, { ssrc: 6 })
  assert.deepEqual(frames, [
    { at: 0, first: 1 },
    { at: 160, first: 2 },
    { at: 320, first: 3 },
    { at: 480, first: 4 },
  ])
})

function payload(event: EventPayload): Uint8Array {
  const bytes = serializeEvent(event)
  assert.ok(bytes !== undefined)
  return bytes
}
