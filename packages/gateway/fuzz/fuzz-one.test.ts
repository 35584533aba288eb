import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Coverage } from './coverage.ts'
import { distil } from './distil.ts'
import { fuzzOne } from './fuzz-one.ts'
import type { Target } from './target.ts'

/** Four bytes deep, which blind changes would need four thousand million inputs for. */
function maze(): { target: Target; coverage: Coverage } {
  let ran = new Map<string, number>()
  const seen = new Set<string>()
  const target: Target = {
    name: 'maze',
    seeds: () => ['....'],
    words: [],
    maxBytes: 8,
    take(input) {
      let depth = 0
      for (const byte of Buffer.from('FUZZ')) {
        if (input[depth] !== byte) return
        depth += 1
        ran.set(`depth ${depth}`, 1)
      }
      throw new Error('found the way')
    },
  }
  const coverage: Coverage = {
    take() {
      const news = new Map([...ran].filter(([block]) => !seen.has(block)))
      ran = new Map()
      return news
    },
    learn: (reached) => reached.forEach((_, block) => seen.add(block)),
    forget: () => seen.clear(),
    get blocks() {
      return seen.size
    },
    [Symbol.dispose]() {},
  }
  return { target, coverage }
}

function fuzz(inputs: number, made = maze()) {
  let left = inputs / 32
  return fuzzOne({ ...made, corpus: [], seed: 3, about: () => {}, goesOn: () => (left -= 1) > 0 })
}

test('fuzzOne() finds a fault that lies several branches deep, for coverage leads the way', () => {
  const { finding, found } = fuzz(400_000)
  assert.match(finding?.error ?? '', /found the way/)
  assert.equal(
    Buffer.from(finding?.input ?? [])
      .toString('latin1')
      .slice(0, 4),
    'FUZZ',
  )
  assert.ok(found.length >= 3)
})

test('fuzzOne() stops when it is told to', () => {
  assert.equal(fuzz(32).finding, undefined)
})

test('distil() drops inputs that reach nothing that shorter ones do not', () => {
  const { target, coverage } = maze()
  const inputs = ['F...', 'FU..', 'FU.....', 'F.'].map((text) => new Uint8Array(Buffer.from(text)))
  const kept = distil(target, inputs, coverage).map((input) => Buffer.from(input).toString())
  assert.deepEqual(kept, ['F.', 'FU..'])
})
