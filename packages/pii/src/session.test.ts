import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { Judged, PiiSession, Released, SensitiveSpan, Word } from './contract.ts'
import { createEngine } from './engine.ts'
import type { SessionOptions } from './session.ts'

const engine = createEngine({ languages: ['en'] })
const wordMs = 300

/** Speaks into a session, a word each 300 ms, and keeps what it says. */
function talk(options?: SessionOptions) {
  const session: PiiSession = engine.session(options)
  const released: Released[] = []
  const spans: SensitiveSpan[] = []
  let judgedMs: Judged['judgedMs'] = {}
  let nowMs = 0
  let segment = 0
  const keep = (judged: Judged) => {
    released.push(...judged.released)
    spans.push(...judged.spans)
    for (const [party, ms] of Object.entries(judgedMs))
      assert.ok((judged.judgedMs[party] ?? 0) >= ms, 'judgedMs went back')
    ;({ judgedMs } = judged)
    return judged
  }
  const wordsOf = (text: string): Word[] =>
    text.split(' ').map((word, at) => ({
      text: word,
      startMs: nowMs + at * wordMs,
      endMs: nowMs + at * wordMs + wordMs - 50,
    }))
  return {
    session,
    released,
    spans,
    judgedMs: () => judgedMs,
    nowMs: () => nowMs,
    say(party: string, text: string, final = true) {
      const words = wordsOf(text)
      const judged = keep(session.push({ party, segment, final, words }))
      if (final) {
        segment += 1
        nowMs += words.length * wordMs
      }
      return judged
    },
    wait(party: string, ms: number) {
      nowMs += ms
      return keep(session.advance(party, nowMs))
    },
    end: () => keep(session.end()),
    texts: (party: string) =>
      released.filter((one) => one.party === party && one.final).map((one) => one.text),
  }
}

describe('a session', () => {
  test('releases ordinary words at once', () => {
    const { say } = talk()
    const { released, judgedMs } = say('caller', 'hello I would like to ask something')
    assert.equal(released[0]?.text, 'hello I would like to ask something')
    assert.equal(released[0]?.final, true)
    assert.equal(judgedMs['caller'], 2_050)
  })

  test('holds digits until a pause closes them', () => {
    const call = talk()
    const held = call.say('caller', 'my card is four one one one')
    assert.equal(held.released[0]?.text, 'my card is')
    assert.equal(held.released[0]?.final, false)
    assert.equal(held.judgedMs['caller'], 900)
    assert.deepEqual(held.spans, [])
    const closed = call.wait('caller', 1_300)
    assert.equal(closed.released[0]?.text, 'my card is [CARD]')
    assert.deepEqual(closed.spans, [{ party: 'caller', type: 'card', fromMs: 900, toMs: 2_050 }])
    assert.equal(closed.judgedMs['caller'], call.nowMs())
  })

  test('closes digits by the words that follow', () => {
    const call = talk()
    const { released } = call.say('caller', 'pin is four one one one and that is all there is to say')
    assert.equal(released[0]?.text, 'pin is [PIN] and that is all there is to say')
  })

  test('makes one number of digits in pieces with the other party in between', () => {
    const call = talk()
    call.say('caller', 'my card is')
    call.say('agent', 'go on')
    for (const piece of [
      'four one one one',
      'one one one one',
      'one one one one',
      'one one one one thanks',
    ]) {
      call.say('caller', piece)
      call.say('agent', 'uh huh')
      call.wait('caller', 1_500)
    }
    call.end()
    assert.deepEqual(call.texts('caller'), ['my card is', '[CARD]', '[CARD]', '[CARD]', '[CARD] thanks'])
  })

  test('takes what was asked for as such, even with a digit lost', () => {
    const call = talk()
    call.say('agent', 'can you give me your card number please')
    call.say('caller', 'sure four one one one one one one one one one one')
    call.say('agent', 'and the security code')
    call.say('caller', 'uh nine nine eight')
    call.end()
    assert.deepEqual(call.texts('caller'), ['sure [CARD]', 'uh [CARD-CODE]'])
  })

  test('hides digits in an answer that the app expects', () => {
    const call = talk()
    call.session.expect('caller', 'account', 30_000)
    call.say('caller', 'it is seven seven four two')
    call.end()
    assert.deepEqual(call.texts('caller'), ['it is [ACCOUNT]'])
  })

  test('hides what the other party reads back', () => {
    const call = talk()
    call.say(
      'caller',
      'my card number is four two four two four two four two four two four two four two four two',
    )
    call.wait('caller', 40_000)
    call.say('agent', 'so that is four two four two is it')
    call.end()
    assert.equal(call.texts('agent')[0], 'so that is [CARD] is it')
  })

  test('hides both readings of a correction over two segments', () => {
    const call = talk()
    call.say('caller', 'my pin is four one one')
    call.say('caller', 'no sorry four one two')
    call.end()
    assert.deepEqual(call.texts('caller'), ['my pin is [PIN]', '[PIN]'])
  })

  test('releases nothing of open digits in partials', () => {
    const call = talk()
    for (const text of [
      'the',
      'the card number',
      'the card number is four',
      'the card number is four one one one',
      'the card number is four one one one two',
    ])
      for (const released of call.say('caller', text, false).released) {
        assert.equal(released.final, false)
        assert.ok(!/four|one|two/.test(released.text), released.text)
      }
    assert.deepEqual(call.spans, [])
    assert.equal(call.judgedMs()['caller'], 0)
  })

  test('releases nothing of an answer that is spelled until it is over', () => {
    const call = talk()
    call.say('agent', 'what is your email address')
    for (const text of ['j o', 'j o h n s', 'j o h n s at'])
      assert.deepEqual(call.say('caller', text, false).released, [])
    assert.deepEqual(call.say('caller', 'j o h n s').released, [])
    call.say('caller', 'at my company dot com')
    call.wait('caller', 1_300)
    assert.deepEqual(call.texts('caller'), ['[EMAIL]', '[EMAIL]'])
    assert.equal(call.say('caller', 'what else do you need').released[0]?.text, 'what else do you need')
  })

  test('waits longer for digits that nothing explains', () => {
    const call = talk()
    call.say('caller', 'four one one one')
    assert.deepEqual(call.wait('caller', 2_000).released, [])
    call.say('caller', 'one one one one one one one one one one one one')
    call.end()
    assert.deepEqual(call.texts('caller'), ['[CARD]', '[CARD]'])
  })

  test('lets digits that nothing explains go after the longer pause', () => {
    const call = talk({ pieceMs: 3_000 })
    call.say('caller', 'four one one')
    assert.equal(call.wait('caller', 3_500).released[0]?.text, 'four one one')
  })

  test('makes a placeholder one word over all its time', () => {
    const call = talk()
    call.say('caller', 'mail john dot smith at gmail dot com now')
    call.end()
    const [one] = call.released.filter(({ final }) => final)
    assert.deepEqual(one?.words[1], { text: '[EMAIL]', startMs: 300, endMs: 2_350 })
    assert.deepEqual(
      one?.findings.map(({ start, end, fromMs, toMs }) => [start, end, fromMs, toMs]),
      [[5, 12, 300, 2_350]],
    )
    assert.ok(!JSON.stringify(call.released).includes('gmail'))
  })

  test('asks the placeholder function', () => {
    const call = talk({ placeholder: ({ value }) => `<${value?.length}>` })
    call.say('caller', 'card 4111111111111111')
    call.end()
    assert.equal(call.texts('caller')[0], 'card <16>')
  })

  test('ends segments without words', () => {
    const call = talk()
    const { released } = call.session.push({ party: 'caller', segment: 9, final: true, words: [] })
    assert.deepEqual(
      released.map(({ segment, final, text }) => [segment, final, text]),
      [[9, true, '']],
    )
  })

  test('keeps little of hours of talk', () => {
    const session = engine.session()
    let longest = 0
    for (let at = 0; at < 2_000; at += 1) {
      const startMs = at * 4_000
      const words = 'well I think that is four five and so on'
        .split(' ')
        .map((text, i) => ({ text, startMs: startMs + i * 200, endMs: startMs + i * 200 + 150 }))
      const { released } = session.push({ party: 'caller', segment: at, final: true, words })
      longest = Math.max(longest, ...released.map((one) => one.words.length))
      session.advance('caller', startMs + 3_900)
    }
    assert.ok(longest <= 10)
    assert.ok(JSON.stringify(session.end()).length < 1_000)
  })

  test('judges digits that never end', () => {
    const call = talk()
    for (let at = 0; at < 40; at += 1) call.say('caller', 'one two three four five six seven eight nine zero')
    assert.ok((call.judgedMs()['caller'] ?? 0) > 0)
    call.end()
    assert.ok(call.texts('caller').every((text) => !/one|two|three/.test(text)))
  })
})

const sentences = [
  'my card number is four one one one one one one one one one one one one one one one and it ends soon',
  'the social is 078 05 1120 okay what else do you need from me now',
  'you can reach me at four one five five five five zero one three two any time after five',
  'my email is john dot smith at gmail dot com and I was born on the fourth of july nineteen eighty two',
  'the account number is forty five twelve no sorry thirteen and my pin is nine nine eight two thanks a lot',
  'we had two dogs and three cats in nineteen eighty two and paid 400 dollars for room twelve',
]

function covered(
  text: string,
  findings: readonly { readonly start: number; readonly end: number }[],
): boolean[] {
  let at = 0
  return text.split(' ').map((word) => {
    const start = at
    at += word.length + 1
    return findings.some((finding) => finding.start < start + word.length && finding.end > start)
  })
}

test('a session hides the same words however the talk is cut into segments and partials', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 30 })
  fc.assert(
    fc.property(fc.constantFrom(...sentences), cuts, fc.boolean(), (text, lengths, partials) => {
      const session = engine.session()
      const spans: SensitiveSpan[] = []
      const words = text
        .split(' ')
        .map((word, at) => ({ text: word, startMs: at * 300, endMs: at * 300 + 250 }))
      let judged = 0
      for (let from = 0, segment = 0; from < words.length; segment += 1) {
        const part = words.slice(from, from + (lengths[segment] ?? 6))
        from += part.length
        if (partials) session.push({ party: 'a', segment, final: false, words: part.slice(0, -1) })
        const step = session.push({ party: 'a', segment, final: true, words: part })
        assert.ok((step.judgedMs['a'] ?? 0) >= judged)
        judged = step.judgedMs['a'] ?? 0
        for (const span of step.spans) assert.ok(span.fromMs < judged, 'a span was told before it was judged')
        spans.push(...step.spans)
      }
      spans.push(...session.end().spans)
      const hidden = words.map((word) =>
        spans.some(({ fromMs, toMs }) => fromMs <= word.startMs && word.endMs <= toMs),
      )
      assert.deepEqual(hidden, covered(text, engine.find(text, { language: 'en', speech: true })))
    }),
    { numRuns: 120 },
  )
})

test('a session never throws, and tells spans in the time of what was said', () => {
  const word = fc.record({
    text: fc.string({ maxLength: 12 }),
    startMs: fc.nat(100_000),
    endMs: fc.nat(100_000),
  })
  const said = fc.record({
    party: fc.constantFrom('a', 'b'),
    segment: fc.nat(5),
    final: fc.boolean(),
    words: fc.array(word, { maxLength: 12 }),
  })
  fc.assert(
    fc.property(fc.array(said, { maxLength: 20 }), (all) => {
      const session = engine.session()
      for (const one of all) {
        session.push(one)
        session.advance(one.party, 50_000)
      }
      session.end()
    }),
  )
})
