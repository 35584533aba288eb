import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { learnedOf, verdictOf, type VerdictRules } from './verdict.ts'
import { readCompared, readForgotten, readLearned } from './verifier-answer.ts'
import type { VoiceCompared, VoiceLearned } from './verifier-contract.ts'

const rules: VerdictRules = { minScore: 0.7, maxSpoofScore: 0.4, spoofCheck: 'where-told' }
const strict: VerdictRules = { ...rules, spoofCheck: 'required' }
const accepted: VoiceCompared = { decision: 'accepted', score: 0.8, reasons: [] }

const share = fc.option(fc.oneof(fc.double({ min: 0, max: 1 }), fc.constant(Number.NaN)), { nil: undefined })
const spoof = fc.option(fc.record({ score: share, suspected: fc.option(fc.boolean(), { nil: undefined }) }), {
  nil: undefined,
})
const decision = fc.constantFrom('accepted', 'rejected', 'undecided', 'not-enrolled')

describe('verdictOf()', () => {
  test('verdictOf() finds a match only where nothing stands against it', () => {
    assert.equal(verdictOf(accepted, rules).result, 'match')
    const cases = [
      [{ ...accepted, score: 0.69 }, 'mismatch', 'below-min-score'],
      [{ ...accepted, score: undefined }, 'inconclusive', 'no-score'],
      [{ ...accepted, spoof: { score: 0.41 } }, 'mismatch', 'synthetic-suspected'],
      [{ ...accepted, spoof: { suspected: true, score: 0 } }, 'mismatch', 'synthetic-suspected'],
      [{ ...accepted, decision: 'rejected' }, 'mismatch', undefined],
      [{ ...accepted, decision: 'undecided' }, 'inconclusive', undefined],
      [{ ...accepted, decision: 'not-enrolled' }, 'not-enrolled', undefined],
    ] as const
    for (const [said, result, why] of cases)
      assert.partialDeepStrictEqual(verdictOf(said, rules), {
        result,
        reasons: why === undefined ? [] : [why],
      })
  })

  test('verdictOf() finds none without a word on synthetic voices, where that is required', () => {
    assert.partialDeepStrictEqual(verdictOf(accepted, strict), {
      result: 'inconclusive',
      reasons: ['no-spoof-check'],
    })
    assert.equal(verdictOf({ ...accepted, spoof: {} }, strict).result, 'inconclusive')
    assert.equal(verdictOf({ ...accepted, spoof: { suspected: false } }, strict).result, 'match')
  })

  test('verdictOf() finds no match for anything that was not accepted, scored and unsuspected, whatever is said', () => {
    fc.assert(
      fc.property(decision, share, spoof, (said, score, suspicion) => {
        const told = { decision: said, score, spoof: suspicion, reasons: [] }
        if (verdictOf(told, rules).result !== 'match') return
        assert.ok(said === 'accepted' && score !== undefined && score >= rules.minScore)
        assert.ok(suspicion?.suspected !== true && !((suspicion?.score ?? 0) > rules.maxSpoofScore))
      }),
    )
  })
})

test('learnedOf() takes a voice that a machine may have made for nobody’s', () => {
  const enrolled: VoiceLearned = { state: 'enrolled', reasons: [] }
  assert.equal(learnedOf(enrolled, rules).result, 'enrolled')
  assert.equal(learnedOf({ ...enrolled, spoof: { suspected: true } }, rules).result, 'refused')
  assert.equal(learnedOf(enrolled, strict).result, 'refused')
  assert.equal(learnedOf({ ...enrolled, state: 'more' }, rules).result, 'inconclusive')
  assert.equal(learnedOf({ ...enrolled, state: 'refused' }, rules).result, 'refused')
})

describe('the answers of engines', () => {
  const reason = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,39}$/)
  const answer = fc.record(
    {
      decision,
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      spoof: fc.record({ suspected: fc.boolean() }),
      reasons: fc.array(reason, { maxLength: 8 }),
    },
    { requiredKeys: ['decision', 'reasons'] },
  )

  test('readCompared() never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readCompared(text)))
  })

  test('readCompared() reads what JSON.stringify() wrote', () => {
    fc.assert(
      fc.property(answer, (said) => {
        const written = JSON.stringify(said)
        assert.deepEqual(readCompared(written), JSON.parse(written))
      }),
    )
  })

  test('readCompared() takes no score beyond its scale, no sentence for a reason, and no other decision', () => {
    for (const more of [
      { score: 1.2 },
      { score: 'high' },
      { decision: 'match' },
      { reasons: ['said "my card is"'] },
      { spoof: { score: -1 } },
    ])
      assert.equal(readCompared(JSON.stringify({ ...accepted, ...more })), undefined, JSON.stringify(more))
  })

  test('readLearned() and readForgotten() know their own words only', () => {
    assert.deepEqual(readLearned('{"state":"more"}'), { state: 'more', reasons: [] })
    assert.equal(readLearned('{"state":"forgotten"}'), undefined)
    assert.equal(readForgotten('{"state":"forgotten"}'), 'forgotten')
    assert.equal(readForgotten('[]'), undefined)
  })
})
