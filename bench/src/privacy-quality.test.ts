import assert from 'node:assert/strict'
import { test } from 'node:test'
import { privacyCorpus } from './privacy-corpus.ts'
import { privacyEngine } from './privacy-engine.ts'
import { figuresOf, judgement } from './privacy-score.ts'
import { judgeCorpus, nameTypes, structuredTypes } from './privacy.ts'

/** A sample of what `bench privacy` measures, small enough to be looked at with every change; sentences and names are held out, the seed is of its own. */
test('the engine finds what a call may hold, in sentences that nobody worked on it with', () => {
  const judged = judgement()
  judgeCorpus(judged, privacyCorpus({ seed: 8_001, part: 'held-out', rounds: 1 }), privacyEngine())
  const { tallies, misses } = judged
  const told = misses
    .slice(0, 20)
    .map(({ kind, type, text, span }) => `${kind} ${type}: "${span}" in "${text}"`)
  const structured = figuresOf(tallies, structuredTypes)
  assert.ok(structured.recall >= 0.995, `recall of numbers ${structured.recall}\n${told.join('\n')}`)
  assert.ok(structured.precision >= 0.97, `precision of numbers ${structured.precision}\n${told.join('\n')}`)
  for (const type of nameTypes) {
    const { recall } = figuresOf(tallies, [type])
    assert.ok(recall >= 0.9, `recall of ${type} ${recall}\n${told.join('\n')}`)
  }
  assert.ok(figuresOf(tallies, nameTypes).precision >= 0.9)
})
