import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { heardMos, peerMos, sinceThen } from './quality.ts'

const clean = { received: 1_000, lost: 0, late: 0, holes: 0 }
const mos = (reception: Partial<typeof clean>, delayMs = 20, codec: 'PCMU' | 'OPUS' = 'PCMU') =>
  heardMos({ ...clean, ...reception }, delayMs, codec) ?? 0

test('heardMos() has no opinion before there is audio', () => {
  assert.equal(heardMos({ received: 0, lost: 0, late: 0, holes: 0 }, 20, 'PCMU'), undefined)
})

test('heardMos() calls a clean call good, and a lossy one what it is', () => {
  assert.ok(mos({}) >= 4.35)
  const [two, ten] = [
    mos({ received: 980, lost: 20, holes: 20 }),
    mos({ received: 900, lost: 100, holes: 90 }),
  ]
  assert.ok(two < 3.5 && two > 2.8, `${two}`)
  assert.ok(ten < 2, `${ten}`)
})

test('heardMos() counts what came too late as lost', () => {
  assert.equal(mos({ received: 980, late: 20, holes: 20 }), mos({ received: 960, lost: 20, holes: 20 }))
})

test('heardMos() is worse for the same loss in bursts, and better where the codec conceals', () => {
  const loss = { received: 950, lost: 50 }
  const random = mos({ ...loss, holes: 50 }, 20, 'OPUS')
  assert.ok(mos({ ...loss, holes: 10 }, 20, 'OPUS') < random)
  assert.ok(mos({ ...loss, holes: 50 }) < random)
})

test('heardMos() stays between 1 and 4.5, whatever is counted', () => {
  const reception = fc.record({
    received: fc.nat(100_000),
    lost: fc.integer({ min: -1_000, max: 100_000 }),
    late: fc.nat(1_000),
    holes: fc.nat(1_000),
  })
  fc.assert(
    fc.property(reception, fc.nat(10_000), (counted, delayMs) => {
      const found = heardMos(counted, delayMs, 'PCMU')
      assert.ok(found === undefined || (found >= 1 && found <= 4.5))
    }),
  )
})

test('peerMos() falls with what the peer lost and with the way to it', () => {
  assert.ok(peerMos(0, 0) > 4.3)
  assert.ok(peerMos(0.02, 0) < peerMos(0, 0))
  assert.ok(peerMos(0, 400) < peerMos(0, 100))
})

test('sinceThen() leaves what a window counted', () => {
  const now = { received: 30, lost: 5, late: 2, holes: 4 }
  assert.deepEqual(sinceThen(now, { received: 20, lost: 5, late: 1, holes: 1 }), {
    received: 10,
    lost: 0,
    late: 1,
    holes: 3,
  })
})
