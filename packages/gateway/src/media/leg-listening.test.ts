import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testLegs } from './test-leg.ts'

test('Leg tells what is said on it, both ways and on its own timeline, while somebody listens', () => {
  const legs = testLegs()
  const { leg, events, say } = legs.leg('leg_1')
  const speak = (from: number, packets: number) => {
    for (let i = from; i < from + packets; i += 1) {
      legs.clock.advance(20)
      say({ sequence: i, timestamp: i * 160, payload: new Uint8Array(160).fill(i) })
    }
  }
  const heard = () => events.filter((event) => event.kind === 'heard')
  speak(1, 20)
  assert.deepEqual(heard(), [])
  leg.listener.listen(true)
  leg.play(1, new Uint8Array(3_200).fill(0x33))
  speak(21, 40)
  const [caller, toCaller] = [0, 1].map((channel) => heard().filter((event) => event.channel === channel))
  assert.ok((caller?.length ?? 0) >= 6 && (toCaller?.length ?? 0) >= 6)
  for (const voice of [caller ?? [], toCaller ?? []])
    for (const [index, { positionSamples, ulaw }] of voice.entries()) {
      const before = voice[index - 1]
      assert.equal(ulaw.length, 800)
      if (before !== undefined) assert.equal(positionSamples, before.positionSamples + 800)
    }
  assert.ok(
    caller?.some(({ ulaw }) => ulaw.includes(30)),
    'what the peer says',
  )
  assert.ok(
    toCaller?.some(({ ulaw }) => ulaw.every((code) => code === 0x33)),
    'what it hears',
  )
  leg.listener.listen(false)
  const before = heard().length
  speak(61, 20)
  assert.equal(heard().length, before)
})
