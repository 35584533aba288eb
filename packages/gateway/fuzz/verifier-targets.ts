import { learnedOf, verdictOf, type VerdictRules } from '#src/speech/verdict.ts'
import { readCompared, readForgotten, readLearned } from '#src/speech/verifier-answer.ts'
import { promise, type Target } from './target.ts'

const rules: VerdictRules = { minScore: 0.7, maxSpoofScore: 0.4, spoofCheck: 'required' }
const isWord = (text: string) => /^[a-z0-9_-]{1,40}$/.test(text)

/** What engines that compare voices say: whatever it is, a match is accepted, scored, and not suspected. */
export const verifierAnswer: Target = {
  name: 'verifier-answer',
  seeds: () => [
    '{"decision":"accepted","score":0.93,"spoof":{"score":0.02,"suspected":false},"reasons":["clean"]}',
    '{"decision":"rejected","score":0.1}',
    '{"state":"enrolled","spoof":{"suspected":false}}',
    '{"state":"more","reasons":["short"]}',
    '{"state":"forgotten"}',
  ],
  words: [
    '"decision":',
    '"accepted"',
    '"undecided"',
    '"not-enrolled"',
    '"score":',
    '"spoof":{',
    '"suspected":true',
    '"reasons":[',
    '1e308',
    '-1',
    'null',
    '0.7',
  ],
  maxBytes: 1_024,
  take(input) {
    const text = Buffer.from(input).toString('utf8')
    const said = readCompared(text)
    const verdict = said && verdictOf(said, rules)
    if (verdict?.result === 'match') {
      promise(said?.decision === 'accepted', 'a match was accepted')
      promise((verdict.score ?? 0) >= rules.minScore && (verdict.score ?? 2) <= 1, 'a match has its score')
      promise(verdict.spoof?.suspected !== true, 'a match is not suspected')
      promise((verdict.spoof?.score ?? 0) <= rules.maxSpoofScore, 'nor by its score')
    }
    promise(verdict?.reasons.every(isWord) ?? true, 'reasons are words')
    const learned = readLearned(text)
    if (learned !== undefined && learnedOf(learned, rules).result === 'enrolled')
      promise(learned.spoof?.suspected !== true, 'a voice that is suspected is not learned')
    void readForgotten(text)
  },
}
