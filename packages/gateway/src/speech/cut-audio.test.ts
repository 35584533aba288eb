import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { pieceMaker } from './piece-maker.ts'
import { cutAudio } from './cut-audio.ts'

const loud = 0x20
const quiet = 0xff
const options = { targetSamples: 64_000, overlapSamples: 8_000 }

/** Stretches of speech and silence, in ms. */
function audio(...stretches: readonly (readonly [value: number, ms: number])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(stretches.map(([value, ms]) => new Uint8Array(ms * 8).fill(value))))
}

describe('cutAudio()', () => {
  test('cutAudio() waits for a pause, or for enough', () => {
    assert.equal(cutAudio(audio([loud, 7_000]), options), undefined)
    assert.equal(
      cutAudio(audio([loud, 3_000], [quiet, 600]), options),
      undefined,
      'not long enough to be the end',
    )
  })

  test('cutAudio() cuts as soon as somebody has finished a sentence', () => {
    const spoken = audio([loud, 3_000], [quiet, 800])
    assert.deepEqual(cutAudio(spoken, options), { at: 30_400, next: 30_400, isQuiet: false })
    assert.equal(cutAudio(audio([loud, 500], [quiet, 800]), options), undefined, 'too little to understand')
  })

  test('cutAudio() cuts in the middle of a pause of the second half, when it must', () => {
    const spoken = audio([loud, 1_000], [quiet, 600], [loud, 4_400], [quiet, 400], [loud, 2_000])
    assert.deepEqual(cutAudio(spoken, options), { at: 49_600, next: 49_600, isQuiet: false })
  })

  test('cutAudio() cuts through speech that never pauses, and has the next piece hear it again', () => {
    assert.deepEqual(cutAudio(audio([loud, 9_000]), options), { at: 64_000, next: 56_000, isQuiet: false })
  })

  test('cutAudio() says when nobody spoke at all', () => {
    assert.deepEqual(cutAudio(audio([quiet, 2_500]), options), { at: 20_000, next: 20_000, isQuiet: true })
  })
})

describe('pieceMaker()', () => {
  test('pieceMaker() makes pieces that cover everything, in order, whatever was said', () => {
    const stretch = fc.tuple(
      fc.constantFrom(loud, quiet),
      fc.integer({ min: 1, max: 60 }).map((n) => n * 50),
    )
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 12 }), (stretches) => {
        const spoken = audio(...stretches)
        const pieces = pieceMaker(options)
        const made = []
        for (let at = 0; at < spoken.length; at += 800)
          made.push(...pieces.push(spoken.subarray(at, at + 800), at / 8))
        made.push(...pieces.rest())
        let at = 0
        for (const { fromMs, toMs, nextMs, ulaw, isQuiet } of made) {
          assert.equal(fromMs, at)
          assert.equal(ulaw.length, (toMs - fromMs) * 8)
          assert.deepEqual(ulaw, spoken.subarray(fromMs * 8, toMs * 8))
          assert.ok(nextMs > fromMs && nextMs <= toMs)
          if (isQuiet) assert.ok(ulaw.every((code) => code === quiet))
          at = nextMs
        }
        assert.equal(at, spoken.length / 8)
      }),
      { numRuns: 40 },
    )
  })

  test('pieceMaker() ends a piece at a hole, and fills a short one with silence', () => {
    const pieces = pieceMaker(options)
    pieces.push(audio([loud, 1_000]), 500)
    pieces.push(audio([loud, 1_000]), 1_800)
    const made = [...pieces.push(audio([loud, 1_000]), 10_000), ...pieces.rest()]
    assert.deepEqual(
      made.map(({ fromMs, toMs }) => [fromMs, toMs]),
      [
        [500, 2_800],
        [10_000, 11_000],
      ],
    )
    assert.equal(made[0]?.ulaw[1_100 * 8], 0xff)
  })
})
