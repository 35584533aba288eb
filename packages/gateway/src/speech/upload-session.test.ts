import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeClock } from '#kernel'
import { countingMeter, tellingSink } from './fake-engine.ts'
import { uploadSession, type Heard, type UploadDeps } from './upload-session.ts'

/** An engine that hears what the test says it does; each request waits for its answer. */
function uploading(more: Partial<UploadDeps> = {}) {
  const clock = fakeClock()
  const told: string[] = []
  const meter = countingMeter()
  const asked: { ulaw: Uint8Array; answer: (heard: Heard) => Promise<void>; signal: AbortSignal }[] = []
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const session = uploadSession(tellingSink(told), {
    clock,
    chance: () => 0,
    cut: { targetSamples: 64_000, overlapSamples: 8_000 },
    bufferMs: 18_000,
    attempts: 3,
    transcribe: (ulaw, signal) => {
      const { promise, resolve } = Promise.withResolvers<Heard>()
      const answer = (heard: Heard) => {
        resolve(heard)
        return settle()
      }
      asked.push({ ulaw, answer, signal })
      return promise
    },
    meter,
    ...more,
  })
  let at = 0
  const speak = (ms: number, value = 0x20) => {
    for (const end = at + ms; at < end; at += 100) session.audio(new Uint8Array(800).fill(value), at)
  }
  const hear = async (...words: readonly [text: string, startMs: number, endMs: number][]) =>
    asked.at(-1)?.answer({
      ok: true,
      said: { words: words.map(([text, startMs, endMs]) => ({ text, startMs, endMs })) },
    })
  const fail = async (why: Extract<Heard, { ok: false }>['why']) => asked.at(-1)?.answer({ ok: false, why })
  return { clock, told, meter, asked, session, speak, hear, fail, settle }
}

describe('uploadSession()', () => {
  test('uploadSession() sends a sentence when it ends, and places its words in the voice', async () => {
    const { told, asked, speak, hear } = uploading()
    speak(3_000)
    assert.equal(asked.length, 0)
    speak(1_000, 0xff)
    assert.equal(asked.length, 1)
    await hear(['my', 100, 300], ['card', 400, 900])
    speak(3_000)
    speak(1_000, 0xff)
    await hear(['is', 100, 300])
    assert.deepEqual(told, [
      'up SPEECH_CONNECTED',
      'final 0: my@100-300 card@400-900',
      'through 4000',
      'final 1: is@4100-4300',
      'through 8000',
    ])
  })

  test('uploadSession() neither loses nor doubles a word that lies under a cut', async () => {
    const { told, asked, speak, hear } = uploading()
    speak(8_400)
    assert.equal(asked[0]?.ulaw.length, 64_000)
    await hear(['four', 6_500, 6_800], ['one', 7_200, 7_500], ['se', 7_800, 8_000])
    assert.deepEqual(told.slice(1), ['final 0: four@6500-6800', 'through 7000'], 'the rest is heard again')
    speak(2_600)
    speak(1_000, 0xff)
    await hear(['un', 0, 80], ['one', 220, 510], ['seven', 800, 1_200])
    assert.deepEqual(told.slice(3), ['final 1: one@7200-7500 seven@7800-8200', 'through 12000'])
  })

  test('uploadSession() does not send what nobody said', async () => {
    const { told, asked, speak, settle } = uploading()
    speak(10_000, 0xff)
    await settle()
    assert.equal(asked.length, 0)
    assert.deepEqual(told.filter((line) => line.startsWith('through')).at(-1), 'through 10000')
  })

  test('uploadSession() asks again after a failure, later each time, and says that it is down', async () => {
    const { clock, told, asked, speak, fail, hear, settle } = uploading()
    speak(3_000)
    speak(1_000, 0xff)
    await fail('failed')
    assert.deepEqual(told, ['down SPEECH_FAILED'])
    clock.advance(200)
    await settle()
    await fail('stalled')
    clock.advance(200)
    await settle()
    assert.equal(asked.length, 2)
    clock.advance(200)
    await settle()
    assert.equal(asked.length, 3)
    await hear(['yes', 0, 100])
    assert.deepEqual(told.slice(1), ['up SPEECH_CONNECTED', 'final 0: yes@0-100', 'through 4000'])
  })

  test('uploadSession() gives up after so many failures, and at once where another attempt would be the same', async () => {
    const often = uploading()
    often.speak(3_000)
    often.speak(1_000, 0xff)
    for (let i = 0; i < 3; i += 1) {
      await often.fail('failed')
      often.clock.advance(10_000)
      await often.settle()
    }
    assert.deepEqual(often.told.at(-1), 'ended SPEECH_GAVE_UP')
    const refused = uploading()
    refused.speak(3_000)
    refused.speak(1_000, 0xff)
    await refused.fail('unauthorised')
    assert.deepEqual(refused.told, ['ended SPEECH_UNAUTHORISED'])
    assert.equal(refused.clock.timers, 0)
  })

  test('uploadSession() keeps a bounded part of what waits, and tells what was never heard', async () => {
    const { told, meter, speak, asked } = uploading()
    for (let i = 0; i < 10; i += 1) {
      speak(3_000)
      speak(1_000, 0xff)
    }
    assert.equal(asked.length, 1)
    assert.deepEqual(
      told.filter((line) => line.startsWith('lost')),
      ['lost 4000-8000', 'lost 8000-12000', 'lost 12000-16000', 'lost 16000-20000', 'lost 20000-24000'],
    )
    assert.equal(meter.counted['lost'], 20_000)
  })

  test('finish() sends what is left and waits for it', async () => {
    const { clock, told, asked, session, speak, hear } = uploading()
    speak(1_000)
    const finished = session.finish(5_000)
    assert.equal(asked[0]?.ulaw.length, 8_000)
    await hear(['bye', 100, 400])
    await finished
    assert.deepEqual(told.slice(1), ['final 0: bye@100-400', 'through 1000'])
    assert.equal(clock.timers, 0)
  })

  test('finish() waits no longer than it is told to, and takes its request back', async () => {
    const { clock, told, asked, session, speak } = uploading()
    speak(1_000)
    const finished = session.finish(2_000)
    clock.advance(2_001)
    await finished
    assert.ok(asked[0]?.signal.aborted)
    assert.deepEqual(told, [])
  })
})
