import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pools } from './corpus-pools.ts'
import { plainTalk } from './corpus-talk.ts'
import { dialogues, negatives, templates } from './corpus-templates.ts'
import { privacyCorpus } from './privacy-corpus.ts'

const languages = ['en', 'es', 'de', 'fr', 'hi'] as const
const corpus = privacyCorpus({ seed: 5, part: 'tuning', rounds: 1 })

test('privacyCorpus() makes the same of a seed each time, and something else of another', () => {
  assert.deepEqual(privacyCorpus({ seed: 5, part: 'tuning', rounds: 1 }), corpus)
  assert.notDeepEqual(privacyCorpus({ seed: 6, part: 'tuning', rounds: 1 }), corpus)
})

test('privacyCorpus() labels whole words, in their order, within the text', () => {
  const all = [...corpus.samples, ...corpus.dialogues.flat()]
  for (const { text, labels } of all)
    for (const { start, end, words } of labels) {
      assert.ok(words.length > 0, text)
      let last = start
      for (const word of words) {
        assert.ok(last <= word.start && word.start < word.end && word.end <= end && end <= text.length, text)
        assert.match(text.slice(word.start, word.end), /^\S+$/)
        last = word.end
      }
    }
})

test('privacyCorpus() leaves no template unfilled, and no two words glued that are not', () => {
  for (const { text } of [...corpus.samples, ...corpus.dialogues.flat()])
    assert.doesNotMatch(text, /[{}\0]| {2}|undefined/)
})

test('privacyCorpus() takes what is heard to lower case, without punctuation between words', () => {
  for (const { text } of corpus.samples.filter(({ form }) => form === 'heard'))
    assert.doesNotMatch(text, /\p{Lu}|[,;:!?] /u)
})

test('privacyCorpus() cuts a number over turns without losing a word of it', () => {
  const cut = corpus.dialogues.filter((turns) => turns.filter(({ labels }) => labels.length > 0).length === 2)
  assert.ok(cut.length > 0)
  for (const turns of cut)
    for (const { labels } of turns) for (const { type } of labels) assert.equal(type, 'card')
})

test('what is held out shares no sentence and no name with what is tuned with', () => {
  const shared = (one: readonly string[], other: readonly string[]) =>
    one.filter((text) => other.includes(text))
  for (const language of languages) {
    for (const sentences of [templates, negatives]) {
      const { tuning, 'held-out': heldOut } = sentences[language]
      assert.deepEqual(shared(heldOut, tuning), [])
    }
    const [tuning, heldOut] = [pools.tuning[language], pools['held-out'][language]]
    for (const kind of ['given', 'family', 'street', 'city', 'organisation', 'health'] as const)
      assert.deepEqual(shared(heldOut[kind], tuning[kind]), [], `${language} ${kind}`)
  }
  assert.deepEqual(shared(plainTalk['held-out'], plainTalk.tuning), [])
  const said = (part: 'tuning' | 'held-out') => dialogues[part].map((turns) => turns.join(' '))
  assert.deepEqual(shared(said('held-out'), said('tuning')), [])
})
