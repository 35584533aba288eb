import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { matchSpeech } from './speech.ts'
import { spoken } from './spoken.ts'

const said = spoken(5)

function overTheWire(samples: Int16Array): Int16Array {
  const ulaw = new Uint8Array(samples.length)
  encodeUlaw(samples, ulaw)
  const back = new Int16Array(samples.length)
  decodeUlaw(ulaw, back)
  return back
}

function later(samples: Int16Array, delay: number): Int16Array {
  const out = new Int16Array(samples.length + delay)
  out.set(samples, delay)
  return out
}

test('matchSpeech() finds speech that came through G.711 with a delay, and says how clear it is', () => {
  const match = matchSpeech(said, later(overTheWire(said), 1_234))
  assert.equal(match.heard, 1)
  assert.ok(Math.abs(match.delaySamples - 1_234) <= 80, String(match.delaySamples))
  assert.ok(match.snrDb > 30 && match.snrDb < 45, String(match.snrDb))
})

test('matchSpeech() finds speech whose beginning was cut off and whose volume was halved', () => {
  const quiet = said.slice(4_000).map((sample) => sample >> 1)
  const match = matchSpeech(said, quiet)
  assert.ok(match.heard > 0.85 && match.heard < 1, String(match.heard))
})

test('matchSpeech() counts what is missing', () => {
  const gap = overTheWire(said)
  gap.fill(0, 12_000, 24_000)
  const match = matchSpeech(said, gap)
  assert.ok(match.heard > 0.5 && match.heard < 0.8, String(match.heard))
})

test('matchSpeech() hears nothing in silence, in noise and in another voice', () => {
  let state = 1
  const noise = Int16Array.from({ length: said.length }, () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    return (state >> 8) % 8_000
  })
  const backwards = said.toReversed()
  for (const other of [new Int16Array(said.length), noise, backwards, new Int16Array(0)]) {
    assert.equal(matchSpeech(said, other).heard, 0)
  }
})
