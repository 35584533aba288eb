import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding, Judged, Released } from '@voxkeep/pii'
import type { PresidioAnswer } from './presidio.ts'
import { presidioReview } from './presidio-review.ts'

function line(text: string, more: Partial<Released> = {}): Released {
  const words = text
    .split(' ')
    .map((word, at) => ({ text: word, startMs: 1_000 + 400 * at, endMs: 1_300 + 400 * at }))
  const toMs = words.at(-1)?.endMs ?? 1_000
  return { party: 'caller', segment: 0, final: true, text, words, findings: [], fromMs: 1_000, toMs, ...more }
}

function judged(...released: Released[]): Judged {
  return { released, spans: [], judgedMs: { caller: 9_000 } }
}

function found(text: string, word: string, type: Finding['type'] = 'person'): Finding {
  const start = text.indexOf(word)
  return { type, start, end: start + word.length, confidence: 0.85, by: 'presidio' }
}

function reviewer(answer: (text: string) => PresidioAnswer, whenFails: 'withhold' | 'keep' = 'withhold') {
  const failures: string[] = []
  const asked: string[] = []
  const review = presidioReview({
    analyzer: {
      analyze: async (text) => {
        asked.push(text)
        return answer(text)
      },
    },
    types: ['person', 'card'],
    whenFails,
    failed: (why) => failures.push(why),
  })
  return { ...review, failures, asked }
}

test('presidioReview() takes out what the analyzer finds, as one word over its whole time', async () => {
  const text = 'it is zebedee nightingale-smith here'
  const { review } = reviewer((asked) => ({ ok: true, findings: [found(asked, 'zebedee nightingale')] }))
  const { released, spans, judgedMs } = await review(judged(line(text)), 'en')
  assert.partialDeepStrictEqual(released, [
    {
      text: 'it is [PERSON] here',
      findings: [{ type: 'person', start: 6, end: 14, fromMs: 1_800, toMs: 2_500 }],
      fromMs: 1_000,
      toMs: 2_900,
    },
  ])
  assert.deepEqual(
    released[0]?.words.map(({ text }) => text),
    ['it', 'is', '[PERSON]', 'here'],
  )
  assert.deepEqual(spans, [{ party: 'caller', type: 'person', fromMs: 1_800, toMs: 2_500 }])
  assert.deepEqual(judgedMs, { caller: 9_000 })
})

test('presidioReview() leaves what the session found as it is, and moves its places', async () => {
  const text = 'zebedee pays with [CARD] today'
  const card = {
    type: 'card',
    start: 18,
    end: 24,
    confidence: 1,
    by: 'card',
    fromMs: 2_200,
    toMs: 2_500,
  } as const
  const { review } = reviewer((asked) => ({
    ok: true,
    findings: [found(asked, 'zebedee'), found(asked, '[CARD]', 'person')],
  }))
  const { released, spans } = await review(judged(line(text, { findings: [card] })), 'en')
  assert.equal(released[0]?.text, '[PERSON] pays with [CARD] today')
  assert.deepEqual(
    released[0].findings.map(({ type, start, end }) => [type, released[0]?.text.slice(start, end)]),
    [
      ['person', '[PERSON]'],
      ['card', '[CARD]'],
    ],
  )
  assert.equal(spans.length, 1)
})

test('presidioReview() passes over types that the policy does not want, but not what the analyzer was set up for', async () => {
  const text = 'monday in ockham with badger'
  const { review } = reviewer((asked) => ({
    ok: true,
    findings: [
      found(asked, 'ockham', 'location'),
      { ...found(asked, 'badger', 'custom'), detail: 'nickname' },
    ],
  }))
  const { released } = await review(judged(line(text)), 'en')
  assert.equal(released[0]?.text, 'monday in ockham with [NICKNAME]')
})

test('presidioReview() withholds a line that nobody could review, and has all of its time silenced', async () => {
  const reviewed = reviewer(() => ({ ok: false, why: 'unreachable' }))
  const { released, spans } = await reviewed.review(judged(line('my name is zebedee')), 'en')
  assert.equal(released[0]?.text, '[UNREVIEWED]')
  assert.equal(JSON.stringify(released).includes('zebedee'), false)
  assert.deepEqual(spans, [{ party: 'caller', type: 'custom', fromMs: 1_000, toMs: 2_500 }])
  assert.deepEqual(reviewed.failures, ['unreachable'])
})

test('presidioReview() keeps what nobody could review where the policy says so', async () => {
  const reviewed = reviewer(() => ({ ok: false, why: 'busy' }), 'keep')
  const before = judged(line('my name is zebedee'))
  assert.deepEqual(await reviewed.review(before, 'en'), before)
  assert.deepEqual(reviewed.failures, ['busy'])
})

test('presidioReview() shows nothing that is not final, and asks nothing about it', async () => {
  const reviewed = reviewer(() => ({ ok: true, findings: [] }))
  const { released } = await reviewed.review(judged(line('my name', { final: false })), 'en')
  assert.deepEqual(released, [])
  assert.deepEqual(reviewed.asked, [])
})
