import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { maxPayloadSamples } from './codec-limits.ts'
import { loadOpus } from './opus-codec.ts'
import {
  payloadDecoder,
  payloadEncoder,
  type CodecFormat,
  type DecodedAudio,
  type PayloadDecoder,
} from './payload-codec.ts'

before(loadOpus)

const opus = { fec: false, cbr: false, maxPlaybackRateHz: 48_000 }
const formats = [
  { codec: 'G722', clockRateHz: 8_000, lengthsMs: [10, 20, 30, 40, 60], snrDb: 28 },
  { codec: 'L16', clockRateHz: 8_000, lengthsMs: [10, 20, 30, 40, 60], snrDb: 33 },
  { codec: 'L16', clockRateHz: 16_000, lengthsMs: [10, 20, 30, 40], snrDb: 32 },
  { codec: 'OPUS', clockRateHz: 48_000, lengthsMs: [10, 20, 40, 60], opus, snrDb: 18 },
  { codec: 'OPUS', clockRateHz: 48_000, lengthsMs: [10, 20, 40, 60], opus: { ...opus, fec: true }, snrDb: 9 },
] as const

const wav = parseWav(readFileSync(fileURLToPath(import.meta.resolve('@voxkeep/softphone/caller.wav'))))
if ('error' in wav) throw new Error(wav.error)
/** Three seconds of speech. */
const said = encodeUlaw(toMono8k(wav).slice(0, 24_000), new Uint8Array(24_000))
const samplesSaid = decodeUlaw(said, new Int16Array(24_000))

/** Signal-to-noise ratio at the best of all delays of up to 20 ms. */
function snrDb(heard: Int16Array): number {
  let best = -Infinity
  for (let delay = 0; delay < 160; delay += 1) {
    let [signal, noise] = [0, 1]
    for (let i = 2_000; i + delay < heard.length; i += 1) {
      signal += (samplesSaid[i] ?? 0) ** 2
      noise += ((heard[i + delay] ?? 0) - (samplesSaid[i] ?? 0)) ** 2
    }
    best = Math.max(best, 10 * Math.log10(signal / noise))
  }
  return best
}

/** What the library hands over in promises is there once they have settled. */
async function made<T>(codec: T | undefined): Promise<T> {
  await new Promise<void>((resolve) => void setImmediate(resolve))
  if (codec === undefined) throw new Error('the codec needs none')
  return codec
}

async function encodeAll(format: CodecFormat, lengthMs: number): Promise<Uint8Array[]> {
  const encoder = await made(payloadEncoder(format))
  const payloads: Uint8Array[] = []
  for (let at = 0; at + lengthMs * 8 <= said.length; at += lengthMs * 8) {
    const out = new Uint8Array(1_280)
    const bytes = encoder.encode(said.subarray(at, at + lengthMs * 8), out)
    payloads.push(out.subarray(0, bytes))
  }
  encoder.close()
  return payloads
}

const none: DecodedAudio = { ulaw: new Uint8Array(0) }

const joined = (parts: readonly (Uint8Array | undefined)[]): Int16Array => {
  const ulaw = Uint8Array.from(parts.flatMap((part) => [...(part ?? [])]))
  return decodeUlaw(ulaw, new Int16Array(ulaw.length))
}

const nameOf = ({ codec, clockRateHz, opus: limits }: CodecFormat) =>
  `${codec} on ${clockRateHz} Hz${limits?.fec === true ? ' with error correction' : ''}`

for (const { lengthsMs, snrDb: least, ...format } of formats) {
  for (const lengthMs of lengthsMs) {
    const name = `${nameOf(format)} in packets of ${lengthMs} ms`
    test(`interop 16: payloadDecoder() undoes payloadEncoder(): ${name}`, async () => {
      const payloads = await encodeAll(format, lengthMs)
      const decoder = await made(payloadDecoder(format))
      const heard = payloads.map((payload) => {
        assert.equal(decoder.unitsOf(payload), (lengthMs * format.clockRateHz) / 1_000)
        const ulaw = decoder.decode(payload)?.ulaw.slice()
        assert.equal(ulaw?.length, lengthMs * 8)
        return ulaw
      })
      decoder.close()
      const ratio = snrDb(joined(heard))
      assert.ok(ratio >= least, `${ratio} dB`)
    })
  }

  test(`payloadDecoder() survives any bytes, at a bounded cost: ${nameOf(format)}`, async () => {
    const decoder = await made(payloadDecoder(format))
    const [genuine = new Uint8Array(1)] = await encodeAll(format, 20)
    const damaged = fc.tuple(fc.nat(genuine.length), fc.uint8Array({ maxLength: 8 })).map(([at, put]) => {
      return Uint8Array.from([...genuine.subarray(0, at), ...put, ...genuine.subarray(at + put.length)])
    })
    const payload = fc.oneof(fc.uint8Array({ maxLength: 1_400 }), fc.uint8Array({ maxLength: 6 }), damaged)
    fc.assert(
      fc.property(payload, fc.nat(maxPayloadSamples), (bytes, lost) => {
        const decoded = decoder.decode(bytes)
        if (decoder.unitsOf(bytes) === 0) assert.equal(decoded, undefined)
        for (const { ulaw, wide } of [decoded ?? none, decoder.conceal?.(lost, bytes) ?? none]) {
          assert.ok(ulaw.length <= maxPayloadSamples)
          assert.ok(wide === undefined || wide.length === 2 * ulaw.length)
        }
        if (lost % 7 === 0) decoder.restart()
      }),
      { numRuns: 400 },
    )
    // What was not a payload has done no lasting harm.
    for (const each of await encodeAll(format, 20)) {
      assert.equal(decoder.decode(each)?.ulaw.length, 160)
    }
    decoder.close()
  })

  test(`payloadEncoder() survives any audio, and writes no more than there is room for: ${nameOf(format)}`, async () => {
    const encoder = await made(payloadEncoder(format))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), fc.nat(1_400), (ulaw, room) => {
        assert.ok(encoder.encode(ulaw, new Uint8Array(room)) <= room)
      }),
      { numRuns: 200 },
    )
    encoder.close()
  })
}

test('payloadDecoder() and payloadEncoder() give G.711 none, for it needs no more than a table', () => {
  for (const codec of ['PCMU', 'PCMA'] as const) {
    assert.equal(payloadDecoder({ codec, clockRateHz: 8_000 }), undefined)
    assert.equal(payloadEncoder({ codec, clockRateHz: 8_000 }), undefined)
  }
})

test('payloadDecoder() of L16 takes no payload of odd length', async () => {
  for (const [clockRateHz, bytes] of [
    [8_000, 321],
    [16_000, 641],
    [16_000, 642],
    [8_000, 0],
    [8_000, 1_922],
  ] as const) {
    const decoder = await made(payloadDecoder({ codec: 'L16', clockRateHz }))
    assert.equal(decoder.unitsOf(new Uint8Array(bytes)), 0, `${bytes} at ${clockRateHz}`)
    assert.equal(decoder.decode(new Uint8Array(bytes)), undefined, `${bytes} at ${clockRateHz}`)
  }
})

const fecFormat = { codec: 'OPUS', clockRateHz: 48_000, opus: { ...opus, fec: true } } as const

/** Speech with every tenth packet lost, and what `fill` made of it. */
async function lossy(
  fill: (decoder: PayloadDecoder, next: Uint8Array) => DecodedAudio | undefined,
): Promise<Int16Array> {
  const payloads = await encodeAll(fecFormat, 20)
  const decoder = await made(payloadDecoder(fecFormat))
  const parts = payloads.flatMap((payload, at) => {
    if (at % 10 === 9) return []
    const before = at % 10 === 0 && at > 0 ? [fill(decoder, payload)?.ulaw.slice()] : []
    return [...before, decoder.decode(payload)?.ulaw.slice()]
  })
  decoder.close()
  return joined(parts)
}

test('payloadDecoder() of Opus makes up for a lost packet with what the next one knows of it', async () => {
  const silent = await lossy(() => ({ ulaw: new Uint8Array(160).fill(0xff) }))
  const guessed = await lossy((decoder) => decoder.conceal?.(160, new Uint8Array(0)))
  const copied = await lossy((decoder, next) => decoder.conceal?.(160, next))
  assert.deepEqual([guessed.length, copied.length], [silent.length, silent.length])
  const [none, plc, fec] = [snrDb(silent), snrDb(guessed), snrDb(copied)]
  assert.ok(fec > Math.max(none, plc) + 3, `nothing ${none}, concealment ${plc}, correction ${fec} dB`)
})

test('payloadDecoder() of Opus conceals several lost packets, the last by correction', async () => {
  const payloads = await encodeAll(fecFormat, 20)
  const decoder = await made(payloadDecoder(fecFormat))
  for (const payload of payloads.slice(0, 20)) decoder.decode(payload)
  const next = payloads[23] ?? new Uint8Array(0)
  assert.equal(decoder.conceal?.(480, next)?.ulaw.length, 480)
  assert.equal(decoder.conceal?.(485, next)?.ulaw.length, 480, 'whole steps of 2.5 ms')
  assert.equal(decoder.conceal?.(maxPayloadSamples + 20, next), undefined)
  assert.equal(decoder.conceal?.(10, next), undefined)
  decoder.close()
})

test('interop 16: payloadDecoder() of Opus hears silence in the packets of a silent sender, for as long as they say', async () => {
  const decoder = await made(payloadDecoder(fecFormat))
  for (const packet of [Uint8Array.of(0x08), Uint8Array.of(0x08, 0x00)]) {
    const ulaw = decoder.decode(packet)?.ulaw
    assert.equal(ulaw?.length, 160)
    assert.ok(ulaw.every((code) => code === 0xff))
  }
  decoder.close()
})

test('payloadEncoder() of Opus heeds the bit rate that the peer set', async () => {
  const bitsPerSecond = async (limits: object) => {
    const payloads = await encodeAll({ ...fecFormat, opus: { ...opus, ...limits } }, 20)
    return payloads.reduce((sum, { length }) => sum + 8 * length, 0) / (said.length / 8_000)
  }
  const free = await bitsPerSecond({})
  assert.ok((await bitsPerSecond({ maxAverageBitrate: 8_000 })) < 9_500)
  assert.ok(free > 12_000 && free < 40_000)
  const constant = await encodeAll({ ...fecFormat, opus: { ...opus, cbr: true } }, 20)
  assert.equal(new Set(constant.map(({ length }) => length)).size, 1)
})

test('payloadDecoder() and payloadEncoder() closed before the library was done do not come to life', async () => {
  const decoder = payloadDecoder(fecFormat)
  const encoder = payloadEncoder(fecFormat)
  decoder?.close()
  encoder?.close()
  await made(decoder)
  const [payload = new Uint8Array(1)] = await encodeAll(fecFormat, 20)
  assert.equal(decoder?.decode(payload), undefined)
  assert.equal(encoder?.encode(new Uint8Array(160), new Uint8Array(1_280)), 0)
})
