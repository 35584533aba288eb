import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playbackLedger } from './playback-ledger.ts'

function ledgerAt(start = 5_000) {
  let now = start
  return { ledger: playbackLedger(() => now), pass: (ms: number) => void (now += ms) }
}

test('playbackLedger() counts down in real time what was sent at once', () => {
  const { ledger, pass } = ledgerAt()
  ledger.sent(1_000, undefined)
  pass(300)
  assert.equal(ledger.bufferedMs(), 700)
  pass(900)
  assert.equal(ledger.bufferedMs(), 0)
  ledger.sent(100, undefined)
  assert.equal(ledger.bufferedMs(), 100)
})

test('playbackLedger() says how much of the label being heard was heard', () => {
  const { ledger, pass } = ledgerAt()
  ledger.sent(400, 'one')
  ledger.sent(300, 'two')
  ledger.sent(300, 'two')
  pass(650)
  assert.deepEqual(ledger.cleared(), { label: 'two', playedMs: 250, droppedMs: 350 })
  assert.deepEqual(ledger.cleared(), { playedMs: 0, droppedMs: 0 })
})

test('playbackLedger() believes the gateway more than the clock', () => {
  const { ledger, pass } = ledgerAt()
  ledger.sent(1_000, 'a')
  pass(100)
  ledger.told(980)
  assert.equal(ledger.bufferedMs(), 980)
  assert.deepEqual(ledger.cleared(940), { label: 'a', playedMs: 60, droppedMs: 940 })
})

test('playbackLedger() says that all was heard when nothing was dropped', () => {
  const { ledger, pass } = ledgerAt()
  ledger.sent(200, 'a')
  pass(500)
  assert.deepEqual(ledger.cleared(), { label: 'a', playedMs: 200, droppedMs: 0 })
})

test('playbackLedger() keeps no more labels than it must', () => {
  const { ledger, pass } = ledgerAt()
  for (let index = 0; index < 3_000; index++) {
    ledger.sent(20, `label ${index}`)
    pass(20)
  }
  ledger.sent(20, 'last')
  assert.deepEqual(ledger.cleared(), { label: 'last', playedMs: 0, droppedMs: 20 })
})
