import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Judged } from '@voxkeep/pii'
import { fakeSession } from './fake-words.ts'
import { wordsJudge } from './words-judge.ts'

function judging(review?: (judged: Judged) => Promise<Judged>) {
  const told: string[] = []
  const judge = wordsJudge(
    fakeSession(),
    {
      lines: (lines) => told.push(...lines.map(({ text, original }) => `line ${text} of ${original}`)),
      spans: (spans) => told.push(...spans.map(({ type, fromMs }) => `span ${type} ${fromMs}`)),
      judged: (party, ms) => told.push(`judged ${party} ${ms}`),
    },
    review && { review },
  )
  const say = (segment: number, text: string, fromMs: number) => {
    const words = text
      .split(' ')
      .map((word, at) => ({ text: word, startMs: fromMs + 100 * at, endMs: fromMs + 100 * at + 80 }))
    judge.said('caller', { segment, final: true, words, language: 'en-GB' })
  }
  return { judge, told, say }
}

test('wordsJudge() tells at once where nobody reviews', () => {
  const { told, say, judge } = judging()
  say(0, 'my secret', 0)
  judge.through('caller', 200)
  assert.deepEqual(told, ['span card 100', 'line my [CARD] of my secret', 'judged caller 200'])
})

test('wordsJudge() tells what was reviewed, in the order it was said, and judges no time before', async () => {
  const first = Promise.withResolvers<Judged>()
  let asked = 0
  const { told, say, judge } = judging((step) => {
    asked += 1
    const more = { party: 'caller', type: 'person', fromMs: 0, toMs: 80 } as const
    const reviewed = { ...step, spans: [...step.spans, more] }
    return asked === 1 ? first.promise.then(() => reviewed) : Promise.resolve(step)
  })
  say(0, 'zebedee here', 0)
  say(1, 'my secret', 500)
  judge.through('caller', 700)
  await Promise.resolve()
  assert.deepEqual(told, [])
  assert.equal(judge.judgedMs('caller'), 0)
  first.resolve({ released: [], spans: [], judgedMs: {} })
  await judge.end()
  assert.deepEqual(told, [
    'span person 0',
    'line zebedee here of zebedee here',
    'span card 600',
    'line my [CARD] of my secret',
    'judged caller 700',
  ])
})
