import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digitLedger, type DigitWay } from './digit-ledger.ts'

type Report = readonly [way: DigitWay, digit: string, atMs: number, durationMs?: number]

/** The presses that are told of these reports. */
function told(reports: readonly Report[]): string {
  const ledger = digitLedger()
  return reports
    .filter(([way, digit, atMs, durationMs = 100]) => ledger.isNew(way, digit, durationMs, atMs))
    .map(([, digit]) => digit)
    .join('')
}

test('interop 18: digitLedger() tells a press once that came as event, as tone and by INFO, in any order', () => {
  const ways: DigitWay[] = ['event', 'tone', 'info']
  for (const a of ways)
    for (const b of ways)
      for (const c of ways) {
        if (new Set([a, b, c]).size < 3) continue
        assert.equal(
          told([
            [a, '5', 0],
            [b, '5', 90],
            [c, '5', 600],
          ]),
          '5',
        )
      }
})

test('digitLedger() tells the same key pressed twice in quick succession as two, however many ways report each', () => {
  assert.equal(
    told([
      ['event', '5', 0],
      ['event', '5', 100],
    ]),
    '55',
  )
  assert.equal(
    told([
      ['event', '5', 0],
      ['event', '5', 100],
      ['info', '5', 150],
      ['info', '5', 250],
    ]),
    '55',
  )
  assert.equal(
    told([
      ['info', '5', 0],
      ['event', '5', 20],
      ['info', '5', 100],
      ['event', '5', 120],
    ]),
    '55',
  )
  assert.equal(
    told([
      ['info', '5', 0],
      ['tone', '5', 40],
      ['info', '5', 100],
      ['tone', '5', 140],
    ]),
    '55',
  )
})

test('digitLedger() does not take for a press what a sender leaked of its events', () => {
  assert.equal(
    told([
      ['tone', '5', 0],
      ['event', '5', 150],
      ['tone', '5', 220],
    ]),
    '5',
  )
  assert.equal(
    told([
      ['event', '5', 0],
      ['tone', '5', 80],
      ['event', '5', 300],
      ['tone', '5', 380],
    ]),
    '55',
  )
})

test('digitLedger() matches a report with a key that was held for long', () => {
  assert.equal(
    told([
      ['info', '5', 0, 100],
      ['event', '5', 4_000, 3_900],
    ]),
    '5',
  )
})

test('digitLedger() takes what comes much later for another press', () => {
  assert.equal(
    told([
      ['event', '5', 0],
      ['info', '5', 5_000],
    ]),
    '55',
  )
})
