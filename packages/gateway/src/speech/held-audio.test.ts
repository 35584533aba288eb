import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { heldAudio } from './held-audio.ts'

describe('heldAudio()', () => {
  test('heldAudio() copies what it is given, and leaves out what it has', () => {
    const held = heldAudio({ boundMs: 1_000, onLost: () => {} })
    const ulaw = new Uint8Array(800).fill(3)
    held.push(ulaw, 200)
    ulaw.fill(9)
    held.push(ulaw, 250)
    const [first, second] = [held.next(), held.next()]
    assert.deepEqual([first?.fromMs, first?.toMs, first?.ulaw[0]], [200, 300, 3])
    assert.deepEqual([second?.fromMs, second?.toMs, second?.ulaw.length], [300, 350, 400])
    held.push(ulaw, 100)
    assert.equal(held.next(), undefined)
  })

  test('heldAudio() sends every millisecond or tells that it is lost, whatever happens', () => {
    const step = fc.oneof(
      fc.constant('push' as const),
      fc.constant('send' as const),
      fc.constant('through' as const),
      fc.constant('rewind' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heard = new Set<number>()
        const lost = new Set<number>()
        let [at, sentTo, throughTo] = [0, 0, 0]
        const held = heldAudio({
          boundMs: 1_000,
          onLost: (fromMs, toMs) => {
            for (let ms = fromMs; ms < toMs; ms += 100) lost.add(ms)
          },
        })
        for (const kind of steps) {
          if (kind === 'push') {
            held.push(new Uint8Array(800), at)
            at += 100
          } else if (kind === 'send') {
            const chunk = held.next()
            if (chunk !== undefined) sentTo = chunk.toMs
          } else if (kind === 'through') {
            held.through(sentTo)
            for (let ms = throughTo; ms < sentTo; ms += 100) heard.add(ms)
            throughTo = Math.max(throughTo, sentTo)
          } else {
            held.rewind()
            sentTo = Math.max(throughTo, 0)
          }
          assert.ok(held.unsentMs <= 1_000)
        }
        held.rewind()
        for (let chunk = held.next(); chunk !== undefined; chunk = held.next())
          for (let ms = chunk.fromMs; ms < chunk.toMs; ms += 100) heard.add(ms)
        for (let ms = 0; ms < at; ms += 100) assert.ok(heard.has(ms) || lost.has(ms), `${ms}`)
      }),
    )
  })
})
