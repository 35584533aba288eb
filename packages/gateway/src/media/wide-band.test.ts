import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { StreamId } from '#kernel'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { parseRtp } from '@voxkeep/wire/rtp'
import { bandJoiner, bandSplitter } from '@voxkeep/wire/resample'
import type { StreamSpec } from './contract.ts'
import type { AppStreamBand, AppStreamSink } from './deps.ts'
import { loadOpus } from './opus-codec.ts'
import { packetMemory } from './packet-memory.ts'
import {
  bandOf,
  payloadDecoder,
  payloadEncoder,
  type CodecFormat,
  type DecodedAudio,
  type PayloadDecoder,
} from './payload-codec.ts'
import { rtpSender } from './rtp-sender.ts'
import { testLegs } from './test-leg.ts'
import { sampledLevel } from './test-secure.ts'

const opus = { fec: false, cbr: false, maxPlaybackRateHz: 48_000 }
const g722: CodecFormat = { codec: 'G722', clockRateHz: 8_000 }
const pcmu: CodecFormat = { codec: 'PCMU', clockRateHz: 8_000 }
const l16: CodecFormat = { codec: 'L16', clockRateHz: 16_000 }
const opusFormat: CodecFormat = { codec: 'OPUS', clockRateHz: 48_000, opus }
const wideband: readonly CodecFormat[] = [
  g722,
  l16,
  opusFormat,
  { ...opusFormat, opus: { ...opus, fec: true } },
]
const nameOf = ({ codec, opus: limits }: CodecFormat) => (limits?.fec === true ? `${codec} with FEC` : codec)

const frameMs = 20
const peak = 8_000
const tone = (hz: number, ms = 500) =>
  Int16Array.from({ length: 16 * ms }, (_, i) => Math.round(peak * Math.sin((2 * Math.PI * hz * i) / 16_000)))
const loudness = sampledLevel(tone(5_000), 5_000, 16_000)

/** A tone as a leg has it: with its companion. */
function split(samples: Int16Array): { ulaw: Uint8Array; wide: Int16Array }[] {
  const splitter = bandSplitter(16_000)
  return Array.from({ length: samples.length / 320 }, (_, at) => {
    const [narrow, wide] = [new Int16Array(160), new Int16Array(320)]
    splitter.process(samples.subarray(at * 320, (at + 1) * 320), narrow, wide)
    return { ulaw: new Uint8Array(160).fill(0xff), wide }
  })
}

/** Once everything has begun. */
const steady = (samples: readonly Int16Array[], perMs: number) =>
  Int16Array.from(samples.flatMap((part) => [...part])).subarray(200 * perMs, 440 * perMs)

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Payloads of a tone, as a phone makes them; Opus once it has the encoder it wants. */
async function payloadsOf(format: CodecFormat, hz: number): Promise<Uint8Array[]> {
  const encoder = payloadEncoder(format)
  assert.ok(encoder)
  await settled()
  const frames = split(tone(hz))
  encoder.encode(frames[0]?.ulaw ?? new Uint8Array(), new Uint8Array(1_280), frames[0]?.wide)
  await settled()
  const payloads = frames.map(({ ulaw, wide }) => {
    const out = new Uint8Array(1_280)
    return out.slice(0, encoder.encode(ulaw, out, wide))
  })
  encoder.close()
  return payloads
}

async function decoderOf(format: CodecFormat): Promise<PayloadDecoder> {
  const decoder = payloadDecoder(format)
  assert.ok(decoder)
  await settled()
  return decoder
}

const copied = (each: DecodedAudio | undefined) => {
  assert.ok(each?.wide)
  assert.equal(each.wide.length, 2 * each.ulaw.length)
  return { narrow: decodeUlaw(each.ulaw, new Int16Array(each.ulaw.length)), wide: each.wide.slice() }
}

describe('more than 8 kHz', () => {
  before(loadOpus)

  for (const format of wideband)
    test(`payloadEncoder() says 5 kHz and payloadDecoder() hears it beside µ-law, which has nothing of 6 kHz: ${nameOf(format)}`, async () => {
      for (const hz of [5_000, 6_000]) {
        const decoder = await decoderOf(format)
        const heard = (await payloadsOf(format, hz)).map((payload) => copied(decoder.decode(payload)))
        decoder.close()
        const wide = steady(
          heard.map((each) => each.wide),
          16,
        )
        const narrow = steady(
          heard.map((each) => each.narrow),
          8,
        )
        const level = sampledLevel(wide, hz, 16_000) - loudness
        if (hz === 5_000) assert.ok(Math.abs(level) < 3, `${hz} Hz: ${level} dB`)
        const alias = sampledLevel(narrow, 8_000 - hz, 8_000) - loudness
        assert.ok(alias < -40, `${8_000 - hz} Hz: ${alias} dB`)
      }
    })

  test('payloadEncoder() of Opus stays at 8 kHz for a peer that plays no more', async () => {
    const format = { ...opusFormat, opus: { ...opus, maxPlaybackRateHz: 8_000 } }
    assert.deepEqual(bandOf(format), { hearsWide: true, saysWide: false })
    const decoder = await decoderOf(format)
    const heard = (await payloadsOf(format, 5_000)).map((payload) => copied(decoder.decode(payload)).wide)
    assert.ok(sampledLevel(steady(heard, 16), 5_000, 16_000) - loudness < -40)
  })

  test('payloadEncoder() of Opus goes over to what is wide in a pause, or after a second without one', async () => {
    const loud = new Uint8Array(160).fill(0x10)
    const quiet = new Uint8Array(160).fill(0xff)
    const packetsUntilWide = async (ulaws: readonly Uint8Array[], isExpected: boolean) => {
      const encoder = payloadEncoder(opusFormat)
      const decoder = await decoderOf(opusFormat)
      assert.ok(encoder)
      if (isExpected) encoder.expectWide?.()
      else encoder.encode(loud, new Uint8Array(1_280), new Int16Array(320))
      await settled()
      const splitter = split(tone(5_000, 20 * (ulaws.length + 1)))
      const levels = ulaws.map((ulaw, at) => {
        const out = new Uint8Array(1_280)
        const { wide } = copied(decoder.decode(out.slice(0, encoder.encode(ulaw, out, splitter[at]?.wide))))
        return sampledLevel(wide, 5_000, 16_000) - loudness
      })
      encoder.close()
      decoder.close()
      return levels.findIndex((level) => level > -6)
    }
    const long = Array.from({ length: 56 }, () => loud)
    const talks = await packetsUntilWide(long, false)
    assert.ok(talks >= 49 && talks <= 52, `${talks}`)
    const pauses = await packetsUntilWide(long.slice(0, 9).with(5, quiet), false)
    assert.ok(pauses >= 5 && pauses <= 7, `${pauses}`)
    const isReady = await packetsUntilWide([quiet, loud, loud], true)
    assert.ok(isReady <= 1, `${isReady}`)
  })

  test('bandOf() knows who has more than 8 kHz', () => {
    for (const format of wideband) assert.deepEqual(bandOf(format), { hearsWide: true, saysWide: true })
    for (const format of [undefined, pcmu, { ...l16, clockRateHz: 8_000 }])
      assert.deepEqual(bandOf(format), { hearsWide: false, saysWide: false })
  })

  for (const ptimeMs of [10, 20, 30, 40])
    test(`rtpSender() sends what is wide in packets of ${ptimeMs} ms, and what is not as it was`, () => {
      for (const isWide of [true, false]) {
        const rtp = rtpSender({ bytes: nodeRandomBytes }, packetMemory())
        rtp.configure({ ...l16, sendPayloadType: 96, ptimeMs }, false)
        const heard: Int16Array[] = []
        const decoder = payloadDecoder(l16)
        for (const { ulaw, wide } of split(tone(5_000))) {
          rtp.frame.set(ulaw)
          rtp.wide.set(wide)
          rtp.load(isWide)
          for (let packet = rtp.seal(undefined); packet !== undefined; packet = rtp.seal(undefined))
            heard.push(copied(decoder?.decode(parseRtp(packet)?.payload ?? new Uint8Array())).wide)
        }
        const level = sampledLevel(steady(heard, 16), 5_000, 16_000) - loudness
        assert.ok(isWide ? Math.abs(level) < 1 : level < -60, `${level} dB`)
      }
    })

  test('rtpSender() sends a packet without what is wide when any of it has none', () => {
    const rtp = rtpSender({ bytes: nodeRandomBytes }, packetMemory())
    rtp.configure({ ...l16, sendPayloadType: 96, ptimeMs: 40 }, false)
    rtp.frame.fill(0xff)
    rtp.wide.fill(9_000)
    const loudest: number[] = []
    for (const isWide of [true, false, false, true, true, true]) {
      rtp.load(isWide)
      const payload = parseRtp(rtp.seal(undefined) ?? new Uint8Array())?.payload
      const audio = payload && payloadDecoder(l16)?.decode(payload)?.wide
      if (audio !== undefined) loudest.push(Math.max(...audio))
    }
    assert.deepEqual([loudest[0], loudest[1], (loudest[2] ?? 0) > 8_000], [0, 0, true])
  })
})

/** A leg with a stream, and what that hears and says. */
async function legWith(format: CodecFormat, spec: Partial<StreamSpec> = {}) {
  const heard: { track: string; ulaw: Uint8Array; wide: Int16Array | undefined }[] = []
  const sinks: AppStreamSink[] = []
  const bands: AppStreamBand[] = []
  const legs = testLegs({
    openStream(_, { sink, band }) {
      sinks.push(sink)
      bands.push(band)
      return {
        counts: { framesIn: 0, framesDropped: 0 },
        isWide: true,
        sendAudio: (track, ulaw, _ms, wide) =>
          void heard.push({ track, ulaw: ulaw.slice(), wide: wide?.slice() }),
        sendDtmf() {},
        sendMark() {},
        tell() {},
        resume() {},
        close() {},
      }
    },
  })
  const type = format.codec === 'PCMU' ? 0 : 109
  const near = legs.leg('near', { ...format, sendPayloadType: type, receivePayloadType: type })
  await settled()
  const base = { id: 'strm_1' as StreamId, direction: 'both', maxBufferedMs: 60_000 }
  near.leg.streams.open({ ...base, ...spec } as StreamSpec)
  sinks[0]?.opened({ version: '', cipher: '', group: '', peerCertificate: null })
  const hear = (payloads: readonly Uint8Array[]) => {
    payloads.forEach((payload, i) => {
      const timestamp = (i * frameMs * format.clockRateHz) / 1_000
      near.say({ payloadType: type, sequence: i, timestamp, payload })
      legs.clock.advance(frameMs)
    })
    legs.clock.advance(200)
  }
  /** The app says a tone, and the phone hears it; `ulaw` is what it has at 8 kHz. */
  const say = async (hz: number, during: (at: number) => void = () => {}, loud?: Uint8Array) => {
    const speak = ({ ulaw, wide }: { ulaw: Uint8Array; wide: Int16Array }, at: number) => {
      during(at)
      sinks[0]?.audio(loud ?? ulaw, wide)
      legs.clock.advance(frameMs)
    }
    await settled() // Opus has then made the encoder it wants
    legs.clock.advance(100) // a pause, in which it goes over to that
    split(tone(hz)).forEach(speak)
    legs.clock.advance(200)
    const decoder = await decoderOf(format)
    const packets = near.heard().map(({ payload }) => copied(decoder.decode(payload)).wide)
    decoder.close()
    return Int16Array.from(packets.flatMap((part) => [...part]))
  }
  return { near, heard, band: bands[0], hear, say }
}

/** What a wire at 16 kHz makes of what its stream was given. */
function joined(heard: readonly { ulaw: Uint8Array; wide: Int16Array | undefined }[]): Int16Array {
  const joiner = bandJoiner(16_000)
  const parts = heard.map(({ ulaw, wide }) =>
    joiner.process(decodeUlaw(ulaw, new Int16Array(160)), wide, new Int16Array(320)),
  )
  return Int16Array.from(parts.flatMap((part) => [...part]))
}

const loudestOf = (samples: Int16Array, hz: number) => {
  let most = -Infinity
  for (let at = 0; at + 3_200 <= samples.length; at += 1_600)
    most = Math.max(most, sampledLevel(samples.subarray(at, at + 3_200), hz, 16_000) - loudness)
  return most
}

describe('a leg whose phone has more than 8 kHz', () => {
  before(loadOpus)

  for (const format of wideband) {
    test(`interop 16: a stream hears 5 kHz of ${nameOf(format)}`, async () => {
      const { heard, band, hear } = await legWith(format)
      hear(await payloadsOf(format, 5_000))
      assert.deepEqual(band, { hearsWide: true, saysWide: true })
      const level = loudestOf(joined(heard), 5_000)
      assert.ok(Math.abs(level) < 3, `${level} dB`)
    })

    test(`interop 16: 5 kHz of an app reach a phone that speaks ${nameOf(format)}`, async () => {
      const { say } = await legWith(format)
      const level = loudestOf(await say(5_000), 5_000)
      assert.ok(Math.abs(level) < 3, `${level} dB`)
    })
  }

  test('a phone that speaks Opus hears the first word of an app as wide as all others', async () => {
    const { say } = await legWith(opusFormat)
    const heard = await say(5_000, () => {}, new Uint8Array(160).fill(0x10))
    assert.ok(Math.abs(loudestOf(heard.subarray(0, 16 * 400), 5_000)) < 3)
  })

  test('a stream whose audio is judged first is given nothing wide, and is told so', async () => {
    const { heard, band, near, hear } = await legWith(g722, { hold: { maxMs: 100, mask: 'silence' } })
    const payloads = await payloadsOf(g722, 5_000)
    near.leg.streams.judged(0, 8_000 * 60)
    hear(payloads)
    assert.ok(heard.length > 20)
    assert.ok(heard.every(({ wide }) => wide === undefined))
    assert.deepEqual(band, { hearsWide: false, saysWide: true })
    assert.ok(loudestOf(joined(heard), 5_000) < -60)
  })

  test('a fork that hears both ways is given what is wide of both, but nothing that a tone was mixed into', async () => {
    const { heard, near, say } = await legWith(g722, { direction: 'both_tracks' })
    near.leg.streams.open({
      id: 'strm_2' as StreamId,
      direction: 'both',
      maxBufferedMs: 60_000,
    } as StreamSpec)
    await say(5_000, (at) => {
      if (at === 5) near.leg.beep()
    })
    const outbound = heard.filter(({ track }) => track === 'outbound')
    const wides = outbound.filter(({ wide }) => wide !== undefined).length
    const mixed = outbound.filter(({ ulaw }) => ulaw.some((code) => code !== 0xff))
    assert.ok(wides >= 10 && mixed.length >= 9, `${wides}, ${mixed.length}`)
    assert.ok(mixed.every(({ wide }) => wide === undefined))
  })
})

test('a leg of G.711 has nothing to do with companions', async () => {
  const { heard, band, near, hear } = await legWith(pcmu)
  hear(Array.from({ length: 20 }, () => new Uint8Array(160).fill(0x55)))
  assert.ok(heard.length > 15 && heard.every(({ wide }) => wide === undefined))
  assert.deepEqual(band, { hearsWide: false, saysWide: false })
  assert.ok(near.heard().every(({ payload }) => payload.length === 160))
})
