import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waveformPath, waveformSvg, waveformWidth } from './waveform-svg.ts'

const points = (path: string) =>
  path
    .slice(1, -1)
    .split('L')
    .map((point) => point.split(' ').map(Number) as [x: number, y: number])

test('waveformPath() draws the loudest and the lowest sample of each pixel', () => {
  const samples = new Int16Array(waveformWidth * 10)
  samples[55] = 16_384
  samples[58] = -8_192
  const outline = points(waveformPath(samples, 0, samples.length))
  assert.equal(outline.length, 2 * waveformWidth)
  assert.deepEqual(outline[5], [5, 2])
  assert.deepEqual(outline.at(-6), [5, 53])
  assert.deepEqual(outline[6], [6, 36])
})

test('waveformPath() draws silence outside of the signal', () => {
  const loud = new Int16Array(100).fill(20_000)
  for (const from of [-10_000, 10_000]) {
    for (const [, y] of points(waveformPath(loud, from, waveformWidth))) assert.equal(y, 36)
  }
})

test('waveformSvg() escapes its title', () => {
  const wave = { title: '<x>', note: '"n"', samples: new Int16Array(0), fromSample: 0, kind: 'left' } as const
  const { text } = waveformSvg(wave, 800)
  assert.ok(text.includes('<b>&lt;x&gt;</b> <span>&quot;n&quot;</span>'))
})
