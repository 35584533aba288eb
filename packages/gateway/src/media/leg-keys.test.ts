import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { loadOpus } from './opus-codec.ts'
import type { CodecFormat } from './payload-codec.ts'
import { assertSecret, at8k, presses } from './test-secrecy.ts'
import { overhear, seeded, type SecureScript, type SentKey } from './test-secure.ts'

const opus: CodecFormat = { codec: 'OPUS', clockRateHz: 48_000 }
const pcma: CodecFormat = { codec: 'PCMA', clockRateHz: 8_000 }
const g722: CodecFormat = { codec: 'G722', clockRateHz: 8_000 }

describe('a secure room', () => {
  before(loadOpus)

  const ways: readonly (SecureScript & { readonly name: string })[] = [
    { name: 'tones in µ-law', keys: presses('4#B', 'tone'), lengthMs: 1_200 },
    {
      name: 'tones in A-law, lost and late packets',
      keys: presses('4#B', 'tone'),
      lengthMs: 1_200,
      codec: pcma,
      lossPercent: 5,
      latePercent: 5,
    },
    { name: 'tones in G.722', keys: presses('4#B', 'tone'), lengthMs: 1_200, codec: g722, farCodec: g722 },
    { name: 'tones in Opus', keys: presses('4#B', 'tone'), lengthMs: 1_200, codec: opus, farCodec: opus },
    { name: 'events of type 101', keys: presses('4#B', 'event'), lengthMs: 1_200, events: at8k },
    {
      name: 'events of type 96, lost and late packets',
      keys: presses('4#B', 'event'),
      lengthMs: 1_200,
      events: { ...at8k, payloadType: 96 },
      lossPercent: 5,
      latePercent: 5,
    },
    {
      name: 'events of 48 kHz beside Opus',
      keys: presses('4#B', 'event'),
      lengthMs: 1_200,
      codec: opus,
      farCodec: opus,
      events: { payloadType: 110, clockRateHz: 48_000 },
    },
    {
      name: 'events of 8 kHz beside Opus',
      keys: presses('4#B', 'leaky'),
      lengthMs: 1_200,
      codec: opus,
      events: at8k,
    },
    {
      name: 'events that leak tones before and after',
      keys: presses('4#B', 'leaky'),
      lengthMs: 1_200,
      events: at8k,
    },
    { name: 'events with the tone beside them', keys: presses('4#B', 'both'), lengthMs: 1_200, events: at8k },
    { name: 'INFO', keys: presses('4#B', 'info'), lengthMs: 1_200, events: at8k },
    { name: 'INFO with the tone beside it', keys: presses('4#B', 'info+tone'), lengthMs: 1_200 },
  ]
  for (const { name, ...script } of ways)
    test(`interop 20: legKeys() tells ${name} in secret, each once, and leaves nothing of them to hear`, async () => {
      const heard = await overhear(script)
      assert.deepEqual(heard.secret, ['4', '#', 'B'])
      assertSecret(heard)
    })

  for (const lookAheadMs of [40, 60])
    test(`legKeys() hides keys of 40 to 300 ms, of any twist and level, ${lookAheadMs} ms ahead`, async () => {
      const next = seeded(lookAheadMs)
      const keys = '1590*D72'.split('').map((digit, i): SentKey => {
        const [ms, atMs] = [40 + Math.floor(260 * next()), 300 + i * 400 + Math.floor(20 * next())]
        return { digit, atMs, ms, way: 'tone', dbm0: -6 - 18 * next(), twistDb: 4 - 12 * next() }
      })
      const heard = await overhear({ keys, lengthMs: 3_700, room: { lookAheadMs } })
      assert.equal(heard.secret.join(''), '1590*D72')
      assertSecret(heard)
    })

  test('legKeys() hides pieces of tones too short for a key', async () => {
    const heard = await overhear({ keys: presses('159', 'tone', { ms: 18 }), lengthMs: 1_200 })
    assert.deepEqual(heard.secret, [])
    assertSecret(heard)
  })
})

describe('keys that are no secret', () => {
  const outside = { lengthMs: 1_200, fromMs: 5_000 }

  test('E3, interop 20: legKeys() hears tones of a peer that agreed on no events, and tells each once', async () => {
    const heard = await overhear({ keys: presses('4#5', 'tone'), ...outside })
    assert.deepEqual([heard.plain, heard.toldToApp, heard.secret], [['4', '#', '5'], ['4', '#', '5'], []])
  })

  test('legKeys() does not listen for tones of a peer that agreed on events', async () => {
    const heard = await overhear({ keys: presses('4#5', 'tone'), events: at8k, ...outside })
    assert.deepEqual(heard.plain, [])
  })

  test('interop 18: legKeys() tells a key once that came by INFO and as a tone or an event', async () => {
    assert.deepEqual((await overhear({ keys: presses('44', 'info+tone'), ...outside })).plain, ['4', '4'])
  })
})
