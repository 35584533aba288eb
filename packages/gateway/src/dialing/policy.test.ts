import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { numberFacts } from './number-risk.ts'
import { judge } from './policy.ts'
import { dialingConfig } from './test-guard.ts'

const config = dialingConfig({
  countries: ['US', 'DE'],
  prefixes: ['+4420'],
  deny: ['+1212', '+4930'],
  uris: ['sip:*@pbx.example', 'sip:+*@pbx.example'],
})

const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: odd })

/** What people, and attackers, make of a number. */
const spelling = fc
  .tuple(
    often(
      fc.constantFrom('+', 'tel:+'),
      fc.constantFrom('sip:+', 'sip:', '00', '011', '+00', '++', '', '＋'),
    ),
    often(
      fc.constantFrom('1310', '49151', '4420'),
      fc.constantFrom('1212', '1900', '4930', '4470', '881', '979', '33', '1876', '911', ''),
    ),
    often(fc.stringMatching(/^[2-9][0-9]{6,7}$/), fc.stringMatching(/^[0-9 ().-]{0,12}$/)),
    often(
      fc.constantFrom('', '@pbx.example'),
      fc.constantFrom('@evil.example', ';ext=1', ';user=phone', ',,9', '@pbx.example;user=phone', '٣'),
    ),
  )
  .map((parts) => parts.join(''))

test('judge() lets no spelling of a number around countries, denied prefixes and risk', () => {
  const seen = { ok: 0 }
  fc.assert(
    fc.property(fc.oneof(spelling, fc.string()), fc.constantFrom('api', 'command'), (to, via) => {
      const judged = judge(config, { to, from: undefined, via } as const)
      if (!judged.ok) return
      seen.ok += 1
      assert.match(judged.to, /^(?:\+\d{7,15}|sip:[a-z0-9+._~-]+@pbx\.example)$/i)
      const number = /\+\d+/.exec(judged.to)?.[0]
      if (number === undefined) return
      const { country, isHighRisk } = numberFacts(number)
      assert.ok(!isHighRisk && !number.startsWith('+1212') && !number.startsWith('+4930'), judged.to)
      assert.ok(country === 'US' || country === 'DE' || number.startsWith('+4420'), judged.to)
      // What is dialled is judged alike when it is asked for in that spelling.
      assert.deepEqual(judge(config, { to: judged.to, from: undefined, via } as const), judged)
    }),
    { numRuns: 5_000 },
  )
  assert.ok(seen.ok > 50, `${seen.ok} were allowed, so this test looks at something`)
})

test('judge() takes the price of the longest prefix, rounded up to a millionth', () => {
  const rates = [
    { prefix: '+1', perMinute: 0.01 },
    { prefix: '+1310', perMinute: 0.000_000_1 },
  ]
  const rateOf = (to: string) => {
    const judged = judge(dialingConfig({ rates }), { to, from: undefined, via: 'api' })
    return judged.ok ? judged.rateMicro : judged.why
  }
  assert.deepEqual([rateOf('+13105550100'), rateOf('+13125550100'), rateOf('+442079460018')], [1, 10_000, 0])
})
