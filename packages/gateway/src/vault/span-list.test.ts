import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { spanList } from './span-list.ts'

const stretch = fc.record({ from: fc.nat(300), length: fc.integer({ min: -3, max: 40 }) })

test('spanList() covers what was added and nothing else, in order, whatever the order of adding', () => {
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 30 }), stretch, fc.nat(350), (added, asked, forgetTo) => {
      const list = spanList(100, 'widen')
      const model = new Set<number>()
      for (const { from, length } of added) {
        list.add(from, from + length)
        for (let at = from; at < from + length; at++) model.add(at)
      }
      const all = list.reaching(0, 1_000)
      for (const [at, span] of all.entries()) assert.ok(at === 0 || (all[at - 1]?.to ?? 0) < span.from)
      const covered = all.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at))
      assert.deepEqual(new Set(covered), model)
      const [from, to] = [asked.from, asked.from + asked.length]
      const open = list
        .uncovered(from, to)
        .flatMap((span) => [...Array(span.to - span.from).keys()].map((at) => span.from + at))
      const expected = [...Array(Math.max(0, to - from)).keys()]
        .map((at) => from + at)
        .filter((at) => !model.has(at))
      assert.deepEqual(open, expected)
      list.dropBefore(forgetTo)
      assert.deepEqual(
        list.reaching(0, 1_000),
        all.filter((span) => span.to > forgetTo),
      )
    }),
  )
})

test('spanList() with `widen` never loses what was added when it is full, and never holds more than its limit', () => {
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 40 }), (added) => {
      const list = spanList(4, 'widen')
      for (const { from, length } of added) list.add(from, from + length)
      assert.ok(list.count <= 4)
      for (const { from, length } of added) assert.deepEqual(list.uncovered(from, from + length), [])
    }),
  )
})

test('spanList() with `forget` never covers what was not added when it is full', () => {
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 40 }), (added) => {
      const list = spanList(4, 'forget')
      const model = new Set<number>()
      for (const { from, length } of added) {
        list.add(from, from + length)
        for (let at = from; at < from + length; at++) model.add(at)
      }
      assert.ok(list.count <= 4)
      for (const { from, to } of list.reaching(0, 1_000))
        for (let at = from; at < to; at++) assert.ok(model.has(at))
    }),
  )
})
