import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { LoadLeg } from './load-leg.ts'
import { loadMeasures, type LoadMeasures } from './load-measure.ts'

const key = { keyAndSalt: new Uint8Array(30).fill(7) }

/** A gateway that is a mirror: what is sealed with the key opens with it. */
const mirrored: NegotiatedAudio = {
  remote: { address: '192.0.2.1', port: 4_000, rtcpPort: 4_000, rtcpMux: true },
  codec: 'PCMU',
  clockRateHz: 8_000,
  sendPayloadType: 0,
  receivePayloadType: 0,
  ptimeMs: 20,
  direction: 'sendrecv',
  srtp: { suite: 'AES_CM_128_HMAC_SHA1_80', tag: 1, send: key, receive: [key] },
  silenceSuppression: false,
}

function leg(call: number, measures: LoadMeasures, pairs?: Map<number, LoadLeg>) {
  const sent: Uint8Array[] = []
  const made = new LoadLeg({
    call,
    audio: mirrored,
    measures,
    send: (datagram) => sent.push(datagram.slice()),
    ...(pairs && { pairs }),
  })
  pairs?.set(call, made)
  return { leg: made, sent }
}

test('LoadLeg counts each echo once, and times it', () => {
  const measures = loadMeasures()
  const measure = measures.current
  measure.measuring = true
  const { leg: one, sent } = leg(1, measures)
  for (let frame = 0; frame < 5; frame += 1) one.tick(100 + frame * 20, frame)
  const [first, , third] = sent
  assert.ok(first && third)
  one.receive(first.slice(), 130)
  one.receive(third.slice(), 190)
  one.receive(third.slice(), 191)
  assert.equal(measure.framesSent, 5)
  assert.equal(measure.framesReturned, 2)
  assert.equal(measure.packetsRefused, 1) // the replay
  assert.equal(measure.rtt.maxMs, 50)
})

test('LoadLeg counts no frame that was sent while nothing was measured', () => {
  const measures = loadMeasures()
  const measure = measures.current
  const { leg: one, sent } = leg(1, measures)
  one.tick(100, 0)
  measure.measuring = true
  for (const datagram of sent) one.receive(datagram, 110)
  assert.equal(measure.framesSent, 0)
  assert.equal(measure.framesReturned, 0)
})

test('LoadLeg notices audio of another call', () => {
  const measures = loadMeasures()
  const measure = measures.current
  measure.measuring = true
  const [one, two] = [leg(1, measures), leg(2, measures)]
  one.leg.tick(100, 0)
  for (const datagram of one.sent) two.leg.receive(datagram, 110)
  assert.equal(measure.framesMisrouted, 1)
  assert.equal(measure.framesReturned, 0)
})

test('LoadLeg goes on over a wrap of the sequence number', () => {
  const measures = loadMeasures()
  const measure = measures.current
  measure.measuring = true
  const { leg: one, sent } = leg(1, measures)
  for (let frame = 1; frame <= 66_000; frame += 1) {
    one.tick(frame, frame)
    const datagram = sent.pop()
    if (datagram !== undefined) one.receive(datagram, frame)
  }
  assert.equal(measure.framesReturned, 66_000)
})

test('LoadLeg looks for a pair’s frames at the other leg, and times the way there', () => {
  const measures = loadMeasures()
  const measure = measures.current
  measure.measuring = true
  const pairs = new Map<number, LoadLeg>()
  const [one, two, three] = [1, 2, 3].map((call) => leg(call, measures, pairs))
  assert.ok(one && two && three)
  for (const each of [one, two, three]) each.leg.tick(100, 0)
  two.leg.receive(one.sent[0]?.slice() ?? new Uint8Array(), 107)
  one.leg.receive(two.sent[0]?.slice() ?? new Uint8Array(), 109)
  assert.deepEqual([measure.framesReturned, measure.rtt.maxMs, measure.framesMisrouted], [2, 9, 0])
  two.leg.receive(three.sent[0]?.slice() ?? new Uint8Array(), 110)
  assert.equal(measure.framesMisrouted, 1)
})

test('LoadLeg counts for the round that is measured', () => {
  const measures = loadMeasures()
  const { leg: one, sent } = leg(1, measures)
  measures.current.measuring = true
  one.tick(100, 0)
  measures.renew()
  one.tick(120, 1)
  measures.current.measuring = true
  one.tick(140, 2)
  one.receive(sent[2]?.slice() ?? new Uint8Array(), 150)
  assert.deepEqual([measures.current.framesSent, measures.current.framesReturned], [1, 1])
})
