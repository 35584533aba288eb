import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding, PiiType } from '@voxkeep/pii'
import { figuresOf, judge, judgement, share } from './privacy-score.ts'

function place(text: string, part: string) {
  const start = text.indexOf(part)
  return { start, end: start + part.length }
}

function label(text: string, type: PiiType, ...words: string[]) {
  const places = words.map((word) => place(text, word))
  return { type, start: places[0]?.start ?? 0, end: places.at(-1)?.end ?? 0, words: places }
}

function finding(text: string, type: PiiType, part: string): Finding {
  return { type, ...place(text, part), confidence: 1, by: 'test' }
}

function judged(text: string, labels: ReturnType<typeof label>[], ...findings: Finding[]) {
  const into = judgement()
  judge(into, { language: 'en', form: 'heard', template: '', text, labels }, findings)
  return into
}

test('judge() wants every word of a number covered, but not what was said in between', () => {
  const text = 'it is four uh one one'
  const labels = [{ ...label(text, 'card', 'four', 'one one') }]
  const both = [finding(text, 'card', 'four'), finding(text, 'card', 'one one')]
  assert.deepEqual(figuresOf(judged(text, labels, ...both).tallies, ['card']), { recall: 1, precision: 1 })
  const { tallies, misses } = judged(text, labels, finding(text, 'card', 'one one'))
  assert.deepEqual(figuresOf(tallies, ['card']), { recall: 0, precision: 1 })
  assert.partialDeepStrictEqual(misses, [{ kind: 'miss', type: 'card', span: 'four uh one one' }])
})

test('judge() wants nine in ten characters of a name', () => {
  const text = 'i am Maximiliane Oberhuber'
  const labels = [label(text, 'person', 'Maximiliane', 'Oberhuber')]
  const almost = finding(text, 'person', 'Maximiliane Oberhube')
  assert.equal(figuresOf(judged(text, labels, almost).tallies, ['person']).recall, 1)
  const first = finding(text, 'person', 'Maximiliane')
  assert.equal(figuresOf(judged(text, labels, first).tallies, ['person']).recall, 0)
})

test('judge() counts what is covered under another type, and tells it from what is found by name', () => {
  const text = 'ring 5551234'
  const { tallies } = judged(text, [label(text, 'phone', '5551234')], finding(text, 'account', '5551234'))
  const { count, covered, named } = tallies.get('phone') ?? {}
  assert.deepEqual([count, covered, named], [1, 1, 0])
})

test('judge() holds what covers no label to be false, except a date', () => {
  const text = 'see you monday at the mill'
  const { tallies, misses } = judged(
    text,
    [],
    finding(text, 'person', 'mill'),
    finding(text, 'date', 'monday'),
  )
  assert.equal(figuresOf(tallies, ['person']).precision, 0)
  assert.deepEqual(
    misses.map(({ kind, span }) => [kind, span]),
    [['false', 'mill']],
  )
})

test('share() is 1 of nothing', () => {
  assert.deepEqual([share(0, 0), share(1, 3), share(0, 2)], [1, 0.3333, 0])
})
