import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeRtp } from '@voxkeep/wire/rtp'
import { agreed, recordingSpec, testLegs } from './test-leg.ts'

const frameSamples = 160
const samplesPerMs = 8
const hourPackets = 60 * 60 * 50

/** A frame that says which one it is. */
function numbered(n: number): Uint8Array {
  const payload = new Uint8Array(frameSamples).fill(0x2a)
  new DataView(payload.buffer).setUint32(0, n)
  return payload
}

/** A generator of its own for each run: the same hour every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff
}

/**
 * An hour of a caller whose clock is off by so much: one packet in fifty is lost, two seconds in fifteen are a pause (DTX), and
 * the way takes 5 to 25 ms. Returns how far each recorded frame lies from where it was spoken, in samples.
 */
async function hour(ppm: number, onFrame: (at: number, number: number) => void) {
  const { clock, leg } = testLegs()
  const { srtp: _, ...plain } = { ...agreed, silenceSuppression: true, srtp: undefined }
  const caller = leg('a') // an hour passes in seconds without SRTP, of which the timeline knows nothing
  caller.leg.connect(plain)
  await caller.leg.recording.start(recordingSpec, clock.monotonicMs())
  caller.recorded.push = (frame) => {
    if (frame.channel === 0 && frame.ulaw[5] === 0x2a) {
      onFrame(frame.position, new DataView(frame.ulaw.buffer, frame.ulaw.byteOffset).getUint32(0))
    }
    return 0
  }
  const chance = dice(1 + Math.abs(ppm))
  const periodMs = 20 / (1 + ppm / 1e6)
  let sequence = 0
  let sent = 0
  for (let n = 0; n < hourPackets; n += 1) {
    if (n % 750 >= 650) continue
    sequence += 1
    if (chance() < 0.02) continue
    const waitMs = Math.round(n * periodMs + 5 + 20 * chance()) - clock.monotonicMs()
    if (waitMs > 0) clock.advance(waitMs)
    sent += 1
    const header = {
      marker: n % 750 === 0,
      payloadType: 0,
      ssrc: 5,
      csrc: [],
      padding: false,
      version: 2,
    } as const
    const timestamp = (0xffff0000 + n * frameSamples) >>> 0 // it wraps in the first minute
    caller.receive(serializeRtp({ ...header, sequence: sequence & 0xffff, timestamp, payload: numbered(n) }))
  }
  return { sent, periodMs, stats: caller.leg.stats() }
}

for (const ppm of [-50, 50]) {
  test(`interop 40: an hour is recorded true to one packet, with loss, pauses and a caller's clock off by ${ppm} ppm`, async () => {
    let recorded = 0
    let last = -1
    let [least, most] = [Infinity, -Infinity]
    const periodMs = 20 / (1 + ppm / 1e6)
    const { sent, stats } = await hour(ppm, (at, number) => {
      assert.ok(number > last, 'in order, each once')
      last = number
      recorded += 1
      const late = at - number * periodMs * samplesPerMs
      least = Math.min(least, late)
      most = Math.max(most, late)
    })
    assert.ok(sent - recorded <= 30, `${sent - recorded} packets were given up of ${sent}`)
    assert.equal(last > hourPackets - 200, true)
    // Each lies within one packet of where it was spoken, the whole call through.
    assert.ok(most - least <= 2 * frameSamples, `between ${least} and ${most} samples`)
    assert.ok(stats.packetsIn === sent)
  })
}
