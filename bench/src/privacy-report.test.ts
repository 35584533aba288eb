import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describePrivacy } from './privacy-report.ts'

const card = { count: 12, recall: 0.99, precision: 1, named: 0.5, recallBy: { en: 1, de: 0.98, heard: 0.98 } }

test('describePrivacy() prints a line for each type, with a dash where nothing was asked', () => {
  const figures = { recall: 0.995, precision: 0.98 }
  const lines = describePrivacy({
    structured: figures,
    names: figures,
    mbPerSecond: 5.5,
    byType: { card },
  }).split('\n')
  assert.match(lines[0] ?? '', /^structured +recall 0\.9950 {2}precision 0\.9800$/)
  assert.match(
    lines.at(-1) ?? '',
    /^card +12 +0\.9900 +1\.0000 +0\.5000 +1\.0000 +- +0\.9800 +- +- +- +- +0\.9800 +-$/,
  )
})

test('describePrivacy() adds the public set where it is there', () => {
  const presidio = {
    sentences: 2,
    recall: 0.9,
    recallOfOurTypes: 1,
    precision: 0.8,
    byType: { PERSON: { count: 3, recall: 1 } },
  }
  const figures = { recall: 1, precision: 1 }
  const text = describePrivacy({ structured: figures, names: figures, mbPerSecond: 5, byType: {}, presidio })
  assert.match(
    text,
    /2 sentences, recall 0\.9000 \(of our types 1\.0000\), precision 0\.8000\nPERSON +3 +1\.0000$/,
  )
})
