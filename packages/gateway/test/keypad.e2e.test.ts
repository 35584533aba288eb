import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { before, describe, test } from 'node:test'
import { toneDetector } from '@voxkeep/wire/dtmf'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { commands, isGathered } from '@voxkeep/sdk'
import type { KeyWay } from '@voxkeep/softphone'
import { loadOpus } from '#src/media/opus-codec.ts'
import type { CodecFormat } from '#src/media/payload-codec.ts'
import {
  loudestTone,
  overhear,
  seeded,
  type Overheard,
  type SecureScript,
  type SentKey,
} from '#src/media/test-secure.ts'
import { program, without } from './support/counterpart.ts'
import { startGateway } from './support/gateway-process.ts'
import { multimonKeys } from './support/multimon.ts'
import { softPayer } from './support/payer.ts'

/** A card and its code, with keys that repeat, and what else a keypad has. */
const digits = '4929005#*BD'.split('')
const lengthMs = 5_200
const taps = ['streams', 'recording', 'listening', 'far'] as const
const floorDbm0 = -65

const pcmu: CodecFormat = { codec: 'PCMU', clockRateHz: 8_000 }
const codecs: readonly CodecFormat[] = [
  pcmu,
  { codec: 'PCMA', clockRateHz: 8_000 },
  { codec: 'G722', clockRateHz: 8_000 },
  { codec: 'OPUS', clockRateHz: 48_000 },
]
const ways: readonly SentKey['way'][] = ['event', 'leaky', 'both', 'tone', 'info', 'info+tone']

/** Keys of 40 to 500 ms, of any level and twist that Q.24 accepts, at any distance from the bounds of packets where tones can be. */
function pressed(way: SentKey['way'], seed: number): SentKey[] {
  const next = seeded(seed)
  let atMs = 400
  return digits.map((digit) => {
    const ms = 40 + Math.floor(next() ** 4 * 460)
    const aligned = Math.ceil(atMs / 20) * 20
    const key = {
      digit,
      way,
      ms,
      atMs: way === 'tone' ? aligned + Math.floor(20 * next()) : aligned,
      dbm0: -6 - 18 * next(),
      twistDb: 4 - 12 * next(),
    }
    atMs = key.atMs + ms + 200
    return key
  })
}

function scriptOf(codec: CodecFormat, way: SentKey['way'], lossPercent: number, seed: number): SecureScript {
  const hasEvents = way === 'event' || way === 'leaky' || way === 'both' || seed % 2 === 0
  const clockRateHz = seed % 4 < 2 ? 8_000 : codec.clockRateHz
  return {
    lengthMs,
    keys: pressed(way, seed),
    codec,
    farCodec: seed % 3 === 0 ? codec : pcmu,
    lossPercent,
    latePercent: lossPercent,
    seed,
    room: { lookAheadMs: seed % 2 === 0 ? 40 : 60 },
    ...(hasEvents && { events: { payloadType: seed % 2 === 0 ? 101 : 110, clockRateHz } }),
  }
}

function ours(ulaw: Uint8Array): string {
  let found = ''
  toneDetector({ digit: ({ digit }) => (found += digit) }).push(ulaw, 0)
  return found
}

/** One after the other, so that a detector starts once for all. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function assertTold(heard: Overheard, script: SecureScript, name: string): void {
  assert.deepEqual([heard.plain, heard.toldToApp], [[], []], name)
  const events = heard.farLeg.heard().filter(({ payloadType }) => payloadType === 101)
  assert.deepEqual(events, [], name)
  const isLossy = (script.lossPercent ?? 0) > 0
  // A key of 40 ms whose packet is lost is told by nobody; every other one is told once, in its turn.
  if (isLossy && script.keys.some(({ way }) => way === 'tone')) {
    const missed = digits.length - heard.secret.length
    assert.ok(missed >= 0 && missed <= 3, `${name}: ${heard.secret.length} of ${digits.length}`)
  } else assert.equal(heard.secret.join(''), digits.join(''), name)
}

describe(
  'keys in a secure room',
  { timeout: 60_000, skip: without('multimon-ng', 'sox', 'espeak-ng') },
  () => {
    before(loadOpus)

    test('multimon-ng and the detector hear what is pressed where nothing is secret', async () => {
      const keys = pressed('tone', 1).map((key, i) => ({ ...key, atMs: 400 + 300 * i, ms: 100, twistDb: 0 }))
      const heard = await overhear({ keys, lengthMs, fromMs: 60_000 })
      assert.equal(heard.plain.join(''), digits.join(''))
      assert.equal(ours(heard.far), digits.join(''))
      assert.equal(multimonKeys(heard.far), digits.join(''))
    })

    for (const codec of codecs)
      test(`E7: no tone is left of keys beside ${codec.codec}, whichever way they come, with 0, 1, 3 and 5 % of packets lost`, async () => {
        const audio: Uint8Array[] = []
        let seed = 0
        for (const way of ways)
          for (const lossPercent of [0, 1, 3, 5]) {
            seed += 1
            const script = scriptOf(codec, way, lossPercent, seed)
            const heard = await overhear(script)
            const name = `${way}, ${lossPercent} %, seed ${seed}`
            assertTold(heard, script, name)
            for (const tap of taps) {
              const loudest = loudestTone(heard[tap])
              assert.ok(loudest < floorDbm0, `${name}: ${loudest} dBm0 in ${tap}`)
            }
            audio.push(heard.streams, heard.far)
          }
        assert.equal(multimonKeys(joined(audio)), '')
      })

    test('no detector hears a key in speech that is handed on, and most of the speech is', async () => {
      const said = speech()
      const audio: Uint8Array[] = []
      let [kept, spoken] = [0, 0]
      for (const [i, codec] of codecs.entries())
        for (const gain of [0.3, 1]) {
          const from = i * 40_000
          const part = said.subarray(from, from + lengthMs * 8).map((sample) => sample * gain)
          const heard = await overhear({ ...scriptOf(codec, 'tone', i, 7 + i), speech: part })
          for (const tap of taps) assert.equal(ours(heard[tap]), '', `${codec.codec} ${gain} ${tap}`)
          audio.push(heard.streams, heard.far)
          const without = await overhear({ ...scriptOf(codec, 'tone', 0, 7 + i), keys: [], speech: part })
          const loud = (code: number) => (~code & 0x7f) > 0x20
          kept += without.streams.filter(loud).length
          spoken += part.filter((sample) => Math.abs(sample) > 350).length
        }
      assert.equal(multimonKeys(joined(audio)), '')
      assert.ok(kept > 0.75 * spoken, `${kept} of ${spoken}`)
    })
  },
)

describe('keys that are heard as tones', { timeout: 60_000 }, () => {
  test('a trunk whose peers send tones has them gathered; INFO is heard there as well, and each key once', async () => {
    await using gateway = await startGateway({
      decide: (event) => {
        if (isGathered(event)) return [commands.hangup()]
        return [commands.gather({ num_digits: 6, timeout_ms: 10_000 })]
      },
      configure: ({ trunks }) => trunks.forEach((trunk) => (trunk['inbandDigits'] = 'on')),
    })
    const gathers = async (to: string, way: KeyWay, keys: string) => {
      await using payer = softPayer(gateway, to, way, new Int16Array(400 * 8))
      await gateway.app.call(to).told('call.answered')
      await payer.press(keys)
      // The event does not say whose keys they are: they are other ones each time.
      await gateway.app.event(`${keys} of ${to}`, (event) => isGathered(event) && event.data.digits === keys)
    }
    await Promise.all([gathers('tones', 'tone', '44901*'), gathers('info', 'info', '55812*')])
    assert.equal(gateway.app.events.filter(isGathered).length, 2)
  })
})

const text =
  'Yes, good morning. I would like to pay the invoice that came on Tuesday, the one for two hundred and thirty five dollars, ' +
  'and then could you please tell me when the delivery will be here? We are at home every day but Friday, and the neighbours ' +
  'would take it as well, they are very kind. Oh, and the bell does not work, so please knock.'

function speech(): Float64Array {
  const options = { maxBuffer: 16 << 20, stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] }
  const wav = Uint8Array.from(execFileSync(program('espeak-ng'), ['-v', 'en-gb', '--stdout', text], options))
  const view = new DataView(wav.buffer) // a pipe is told no true lengths
  view.setUint32(4, wav.length - 8, true)
  view.setUint32(40, wav.length - 44, true)
  const parsed = parseWav(wav)
  if ('error' in parsed) throw new Error(parsed.error)
  return Float64Array.from(toMono8k(parsed))
}
