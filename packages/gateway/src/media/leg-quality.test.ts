import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { hearingWatch } from './hearing-watch.ts'
import { legQuality } from './leg-quality.ts'
import { agreed } from './test-leg.ts'

function run() {
  const rtcp = { packetsIn: 0, lost: 0, holes: 0, rttMs: undefined as number | undefined }
  const hearing = hearingWatch()
  const told: string[] = []
  const quality = legQuality({
    rtcp,
    hearing,
    late: () => 0,
    bufferMs: () => 0,
    tell: (condition, mos) => told.push(`${condition} ${mos === null ? 'null' : mos.toFixed(1)}`),
  })
  quality.configure(agreed)
  let nowMs = 0
  const pass = (seconds: number, each: (frame: number) => void) => {
    for (let frame = 0; frame < seconds * 50; frame += 1) {
      nowMs += 20
      each(frame)
      if (nowMs % 500 === 0) quality.check(nowMs)
    }
  }
  const speak = () => {
    rtcp.packetsIn += 1
    quality.heard(voice)
  }
  return { rtcp, hearing, told, quality, pass, speak }
}

const voice = encodeUlaw(
  Int16Array.from({ length: 160 }, (_, i) => 8_000 * Math.sin(i / 3)),
  new Uint8Array(160),
)

test('legQuality() tells a caller who sends digital silence, and that the voice is back', () => {
  const { told, pass, rtcp, quality, speak } = run()
  pass(10, speak)
  pass(12, (frame) => {
    rtcp.packetsIn += 1
    quality.heard(new Uint8Array(160).fill(frame % 2 === 0 ? 0xff : 0x7f))
  })
  assert.deepEqual(told, ['mute 4.4'])
  pass(10, speak)
  assert.deepEqual(told, ['mute 4.4', 'fine 4.4'])
})

test('legQuality() rates the last seconds for its conditions, and the whole call for its score', () => {
  const { told, pass, rtcp, quality, speak } = run()
  pass(60, speak)
  const before = quality.mos ?? 0
  pass(20, (frame) => {
    if (frame % 10 !== 0) return speak()
    rtcp.lost += 1
    rtcp.holes += 1
  })
  assert.match(told.join(), /^poor [12]\.\d$/)
  assert.ok((quality.mos ?? 5) < before && (quality.mos ?? 0) > 2)
  pass(30, speak)
  assert.match(told.join(), /,fine 4\.4$/)
})

test('legQuality() says nothing of one way while the other rests by agreement', () => {
  const { told, pass, quality, hearing, speak } = run()
  pass(5, speak)
  quality.configure({ ...agreed, direction: 'recvonly' })
  for (let report = 0; report < 5; report += 1) hearing.peerHeard(7, 250 * report)
  pass(60, () => {})
  assert.deepEqual(told, [])
  quality.configure(agreed)
  for (let report = 0; report < 5; report += 1) hearing.peerHeard(7, 250 * report)
  pass(5, speak)
  assert.deepEqual(told, ['one-way 4.4'])
})

test('legQuality() takes the way and the packets into account', () => {
  const { quality, pass, rtcp, speak } = run()
  assert.equal(quality.mos, undefined)
  pass(5, speak)
  const near = quality.mos ?? 0
  rtcp.rttMs = 700
  assert.ok((quality.mos ?? 5) < near - 0.3)
})
