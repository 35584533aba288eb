import assert from 'node:assert/strict'
import { toneDetector } from '@voxkeep/wire/dtmf'
import { loudestTone, loudestWideTone, seeded, type Overheard, type SentKey } from './test-secure.ts'

/** For tests of keys that are secret: keys to press, and what must be true of everybody who listens. */
export const at8k = { payloadType: 101, clockRateHz: 8_000 }
/** Far below the −55 dBm0 that no receiver takes for a key (ITU-T Q.24), at what G.722's own noise comes to after a loss. */
const floorDbm0 = -65

export function presses(digits: string, way: SentKey['way'], more: Partial<SentKey> = {}): SentKey[] {
  return digits.split('').map((digit, i) => ({ digit, atMs: 400 + i * 220, ms: 100, way, ...more }))
}

export function found(ulaw: Uint8Array): string {
  let digits = ''
  toneDetector({ digit: ({ digit }) => (digits += digit) }).push(ulaw, 0)
  return digits
}

/** Nobody but who collects learned anything. */
export function assertSecret(heard: Overheard): void {
  for (const tap of ['streams', 'recording', 'listening', 'far'] as const) {
    const loudest = loudestTone(heard[tap])
    assert.ok(loudest < floorDbm0, `${tap}: ${loudest} dBm0`)
    assert.equal(found(heard[tap]), '', tap)
  }
  const wide = loudestWideTone(heard.wide)
  assert.ok(wide < floorDbm0, `wide stream: ${wide} dBm0`)
  assert.deepEqual([heard.plain, heard.toldToApp], [[], []])
  assert.deepEqual(eventsAt(heard), [])
}

/** Telephone events that the far leg was sent. */
export function eventsAt({ farLeg }: Overheard) {
  return farLeg.heard().filter(({ payloadType }) => payloadType === 101)
}

/** Breath on the line, which is no key. */
export function noise(lengthMs: number, peak: number): Float64Array {
  const next = seeded(4)
  return Float64Array.from({ length: lengthMs * 8 }, () => Math.round((next() - 0.5) * 2 * peak))
}
